/**
 * Serves rendered gateway configuration over ADS (xDS v3, state of the world) and knows what every gateway made of it.
 *
 * <p>{@link dev.datapath.operator.xds.SnapshotStore} holds what should run, {@link dev.datapath.operator.xds.XdsServer}
 * delivers it, {@link dev.datapath.operator.xds.SyncState} tells what is acknowledged. Nothing else may decide whether
 * a DataPath is programmed.
 */
@NullMarked
package dev.datapath.operator.xds;

import org.jspecify.annotations.NullMarked;
