/**
 * What is done for a DataPath however it is run: one object holds all that is remembered of it, from its inputs to what its gateways
 * acknowledged; its plan is compiled, rendered and published here. Where objects come from, where gateways run and where status goes is
 * for others.
 */
@NullMarked
package dev.datapath.operator.engine;

import org.jspecify.annotations.NullMarked;
