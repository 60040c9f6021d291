/**
 * The admission steps that an API server runs before it stores a custom resource, run in this process: strict field checking,
 * pruning of nulls, defaulting, structural schema, list types and CEL rules, all read from the CRDs that users apply. This package
 * is pure: it takes values and returns violations.
 */
@NullMarked
package dev.datapath.operator.admission;

import org.jspecify.annotations.NullMarked;
