/** From what the user declared to what the gateways do: pure, total and deterministic. */
@NullMarked
package dev.datapath.operator.compile;

import org.jspecify.annotations.NullMarked;
