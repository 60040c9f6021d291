/** Reads what Envoy says of itself: its view of the nodes, its health checks, its counters and its error messages. */
@NullMarked
package dev.datapath.operator.envoy.admin;

import org.jspecify.annotations.NullMarked;
