/**
 * Objects of a cluster: caches that watches keep up to date. Adapter of {@link
 * dev.datapath.operator.engine.ObjectSource}.
 */
@NullMarked
package dev.datapath.operator.source.cluster;

import org.jspecify.annotations.NullMarked;
