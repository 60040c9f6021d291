/**
 * The status of objects: pure functions from findings and the state of gateways to conditions and status.
 * Acknowledgements of gateways are the only source of {@code Programmed}.
 */
@NullMarked
package dev.datapath.operator.status;

import org.jspecify.annotations.NullMarked;
