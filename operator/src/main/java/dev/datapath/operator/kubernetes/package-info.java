/** Shared code for reading from the Kubernetes API: event sources, objects of newer CRD versions, error messages. */
@NullMarked
package dev.datapath.operator.kubernetes;

import org.jspecify.annotations.NullMarked;
