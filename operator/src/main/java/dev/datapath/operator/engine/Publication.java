package dev.datapath.operator.engine;

import dev.datapath.operator.envoy.EnvoyResources;

/**
 * What the gateways of a DataPath should run, as it was declared: without the operator's decisions.
 *
 * @param version content version of it, the {@link dev.datapath.operator.xds.Snapshot#intent()} of what is served
 * @param resources all of it; decisions, and overlays of single gateways, come on top
 */
public record Publication(String version, EnvoyResources resources) {
    /** How much of a content version people are shown. */
    private static final int SHOWN_DIGITS = 8;

    /** The content version as status shows it. */
    public String shortVersion() {
        return version.substring(0, SHOWN_DIGITS);
    }
}
