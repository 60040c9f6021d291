/** Reads Envoy's reports on itself: node states, health check events, counters and error messages. */
@NullMarked
package dev.datapath.operator.envoy.admin;

import org.jspecify.annotations.NullMarked;
