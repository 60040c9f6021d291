/**
 * Builds the Kubernetes objects that run the gateways of a DataPath, and those that publish a StoragePool. The functions are pure.
 * Defaults that an API server would set inside lists are written explicitly, because applying an object twice must change nothing.
 */
@NullMarked
package dev.datapath.operator.deploy;

import org.jspecify.annotations.NullMarked;
