/**
 * What is said about objects: pure functions from findings and the state of gateways to conditions and status. The only
 * source of {@code Programmed} is what gateways acknowledged.
 */
@NullMarked
package dev.datapath.operator.status;

import org.jspecify.annotations.NullMarked;
