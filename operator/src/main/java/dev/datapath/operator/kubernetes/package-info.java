/**
 * What reading a Kubernetes API takes, whatever is read: event sources, objects of newer definitions, messages of errors.
 */
@NullMarked
package dev.datapath.operator.kubernetes;

import org.jspecify.annotations.NullMarked;
