/**
 * The operator's own CA. It issues certificates for operator and gateways, and it is rotated without rejecting any peer. This
 * package only computes decisions; {@code infra.cluster} stores and distributes the results.
 */
@NullMarked
package dev.datapath.operator.ca;

import org.jspecify.annotations.NullMarked;
