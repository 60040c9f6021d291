/** Compiles declared objects to the plan of the gateways: pure, total and deterministic. */
@NullMarked
package dev.datapath.operator.compile;

import org.jspecify.annotations.NullMarked;
