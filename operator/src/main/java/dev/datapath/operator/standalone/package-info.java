/**
 * The whole product on one machine: the objects of a directory as input, local Envoy processes as gateways, status as
 * files.
 *
 * <p>{@link dev.datapath.operator.standalone.Standalone} is the composition root. One thread, that of {@link
 * dev.datapath.operator.standalone.ControlLoop}, makes all decisions. Everything that may block (look-ups, admin
 * requests, drains) runs on other threads and wakes the loop with its result.
 */
@NullMarked
package dev.datapath.operator.standalone;

import org.jspecify.annotations.NullMarked;
