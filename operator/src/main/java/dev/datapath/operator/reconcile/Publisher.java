package dev.datapath.operator.reconcile;

import dev.datapath.operator.control.Snapshots;
import dev.datapath.operator.envoy.EnvoyRenderer;
import dev.datapath.operator.envoy.EnvoyResources;
import dev.datapath.operator.envoy.RenderOptions;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.xds.SnapshotStore;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Renders plans and publishes them: all gateways of a DataPath run the same. Safe for several threads, as long as each DataPath
 * is one thread's at a time.
 */
final class Publisher {

    /**
     * What a DataPath's gateways should run.
     *
     * @param version content version of the snapshot
     * @param resources what the snapshot holds
     */
    record Publication(String version, EnvoyResources resources) {}

    private final SnapshotStore store;
    private final Map<ObjectKey, EnvoyRenderer> renderers = new ConcurrentHashMap<>();
    private final Map<ObjectKey, Publication> publications = new ConcurrentHashMap<>();

    Publisher(SnapshotStore store) {
        this.store = store;
    }

    /**
     * Publishes a plan to all gateways of its DataPath.
     *
     * @return the content version as status shows it
     */
    String publish(GatewayPlan plan) {
        var renderer = renderers.computeIfAbsent(plan.dataPath(), key -> new EnvoyRenderer());
        var resources = renderer.resources(plan, RenderOptions.pod(plan));
        var snapshot = Snapshots.of(resources);
        publications.put(plan.dataPath(), new Publication(snapshot.version(), resources));
        store.publish(plan.dataPath().toString(), snapshot);
        return Snapshots.shortVersion(snapshot);
    }

    /** What was published last; empty when nothing was. */
    Optional<Publication> publication(ObjectKey dataPath) {
        return Optional.ofNullable(publications.get(dataPath));
    }

    /** Stops serving a DataPath. Its gateways keep what they have. */
    void withdraw(ObjectKey dataPath) {
        renderers.remove(dataPath);
        publications.remove(dataPath);
        store.withdraw(dataPath.toString());
    }
}
