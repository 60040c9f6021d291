package dev.datapath.operator.engine;

import dev.datapath.operator.envoy.EnvoyResources;

/**
 * The declared configuration for the gateways of a DataPath, without the operator's decisions.
 *
 * @param version its content version, which is the {@link dev.datapath.operator.xds.Snapshot#intent()} of the served snapshot
 * @param resources the resources; decisions and overlays of single gateways are applied on top
 */
public record Publication(String version, EnvoyResources resources) {
    /** Length of a content version in status. */
    private static final int SHOWN_DIGITS = 8;

    /** The content version as status shows it. */
    public String shortVersion() {
        return version.substring(0, SHOWN_DIGITS);
    }
}
