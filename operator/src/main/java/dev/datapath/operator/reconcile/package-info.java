/** In a cluster: watches, one reconciler for each kind, and what the leader among the operators does. */
@NullMarked
package dev.datapath.operator.reconcile;

import org.jspecify.annotations.NullMarked;
