/**
 * From a DataPath and its plan to the Kubernetes objects that run its gateways, and from a StoragePool to those that publish it:
 * pure. What an API server would fill in inside of lists is written out, so that applying an object twice changes nothing.
 */
@NullMarked
package dev.datapath.operator.deploy;

import org.jspecify.annotations.NullMarked;
