package dev.datapath.operator.control;

import dev.datapath.operator.envoy.EnvoyResources;
import dev.datapath.operator.xds.Snapshot;

/** From rendered resources to what the xDS server serves. */
public final class Snapshots {
    /** How much of a content version people are shown. */
    private static final int SHOWN_DIGITS = 8;

    private Snapshots() {}

    /** All of the resources. */
    public static Snapshot of(EnvoyResources resources) {
        var snapshot = Snapshot.builder();
        resources.clusters().forEach(snapshot::add);
        resources.endpoints().forEach(snapshot::add);
        resources.routes().forEach(snapshot::add);
        resources.secrets().forEach(snapshot::add);
        resources.listeners().forEach(snapshot::add);
        return snapshot.build();
    }

    /** The content version as status shows it. */
    public static String shortVersion(Snapshot snapshot) {
        return snapshot.version().substring(0, SHOWN_DIGITS);
    }
}
