/**
 * What an API server does with a custom resource before it stores it, done in this process: strict field checking, pruning of
 * nulls, defaulting, structural schema, list types and CEL rules, all read from the CRDs that users apply. Pure: values in,
 * violations out.
 */
@NullMarked
package dev.datapath.operator.admission;

import org.jspecify.annotations.NullMarked;
