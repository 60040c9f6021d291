/**
 * What every way to run DataPaths shares, in a cluster and on one machine: each DataPath's way from its objects to a published
 * configuration, and what has to be looked up for it.
 */
@NullMarked
package dev.datapath.operator.control;

import org.jspecify.annotations.NullMarked;
