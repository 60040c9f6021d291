/**
 * The operator in a cluster: one reconciler for each kind, status, Events, and the composition root.
 */
@NullMarked
package dev.datapath.operator.cluster;

import org.jspecify.annotations.NullMarked;
