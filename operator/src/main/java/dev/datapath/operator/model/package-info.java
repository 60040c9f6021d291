/**
 * The vocabulary that all packages share: names of objects, findings with their reasons, decisions of the operator, and
 * gateways' reports on nodes and stores.
 */
@NullMarked
package dev.datapath.operator.model;

import org.jspecify.annotations.NullMarked;
