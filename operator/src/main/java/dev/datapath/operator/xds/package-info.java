/**
 * Serves rendered gateway configuration over ADS (xDS v3, state of the world) and tracks the acknowledgements of every
 * gateway.
 *
 * <p>{@link dev.datapath.operator.xds.SnapshotStore} holds the desired configuration, {@link
 * dev.datapath.operator.xds.XdsServer} delivers it, {@link dev.datapath.operator.xds.SyncState} holds the
 * acknowledgements. Nothing else may decide whether a DataPath is programmed.
 */
@NullMarked
package dev.datapath.operator.xds;

import org.jspecify.annotations.NullMarked;
