package dev.datapath.operator.standalone;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.datapath.operator.control.Snapshots;
import dev.datapath.operator.envoy.EnvoyRenderer;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.xds.Snapshot;
import dev.datapath.operator.xds.SnapshotStore;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Renders plans and publishes them, one snapshot per gateway: the gateways of a DataPath differ in the ports of their
 * listeners and share all other resources. Confined to the thread of the control loop.
 */
final class Publisher {
    /** Envoy ignores metadata of this name; it makes a listener differ from its rejected self. */
    private static final String METADATA = "datapath.dev/attempt";

    /** What the first gateway of a DataPath runs, and its listeners once more, which the others have on other ports. */
    private record Publication(Snapshot snapshot, List<Listener> listeners) {}

    private final SnapshotStore store;
    private final GatewayBlueprint blueprint;
    private final int gateways;
    private final Map<ObjectKey, EnvoyRenderer> renderers = new HashMap<>();
    private final Map<ObjectKey, Publication> publications = new HashMap<>();
    private final Map<GatewayId, Map<String, Integer>> attempts = new HashMap<>();

    /** @param gateways how many each DataPath has */
    Publisher(SnapshotStore store, GatewayBlueprint blueprint, int gateways) {
        this.store = store;
        this.blueprint = blueprint;
        this.gateways = gateways;
    }

    List<GatewayId> gatewaysOf(ObjectKey dataPath) {
        var ids = new ArrayList<GatewayId>();
        for (int i = 0; i < gateways; i++) {
            ids.add(new GatewayId(dataPath, i));
        }
        return ids;
    }

    /**
     * Publishes a plan to all gateways of its DataPath: to all of them or, when it cannot be rendered, to none.
     *
     * @return the content version of what was published
     */
    String publish(GatewayPlan plan) {
        var ids = gatewaysOf(plan.dataPath());
        var renderer = renderers.computeIfAbsent(plan.dataPath(), key -> new EnvoyRenderer());
        var resources = renderer.resources(plan, blueprint.options(ids.getFirst()));
        var publication = new Publication(Snapshots.of(resources), resources.listeners());
        publications.put(plan.dataPath(), publication);
        ids.forEach(id -> store.publish(id.snapshotKey(), snapshot(id, publication)));
        return Snapshots.shortVersion(publication.snapshot());
    }

    /** Has a gateway try again to open these listeners, which it rejected. */
    void retry(GatewayId id, Set<String> listeners) {
        var publication = publications.get(id.dataPath());
        if (publication != null) {
            var counts = attempts.computeIfAbsent(id, key -> new HashMap<>());
            listeners.forEach(listener -> counts.merge(listener, 1, Integer::sum));
            store.publish(id.snapshotKey(), snapshot(id, publication));
        }
    }

    /** The DataPath, another one than this, of whose gateways one should listen on a port. */
    Optional<ObjectKey> holder(int port, ObjectKey besides) {
        return publications.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(besides))
                .filter(entry -> gatewaysOf(entry.getKey()).stream()
                        .anyMatch(id -> entry.getValue().listeners().stream()
                                .anyMatch(listener -> port
                                        == listener.getAddress()
                                                        .getSocketAddress()
                                                        .getPortValue()
                                                + blueprint.shift(id))))
                .map(Map.Entry::getKey)
                .min(Comparator.naturalOrder());
    }

    /** What a gateway should run now; empty when it has no snapshot. */
    String version(GatewayId id) {
        var snapshot = store.snapshot(id.snapshotKey());
        return snapshot == null ? "" : snapshot.version();
    }

    /** Stops serving every DataPath but these. */
    void retain(Collection<ObjectKey> dataPaths) {
        renderers.keySet().retainAll(dataPaths);
        publications.keySet().removeIf(dataPath -> {
            boolean gone = !dataPaths.contains(dataPath);
            if (gone) {
                gatewaysOf(dataPath).forEach(id -> {
                    store.withdraw(id.snapshotKey());
                    attempts.remove(id);
                });
            }
            return gone;
        });
    }

    /** Listeners apart, everything is serialised once for all gateways: it may be thousands of rules. */
    private Snapshot snapshot(GatewayId id, Publication publication) {
        int offset = blueprint.shift(id);
        var counts = attempts.getOrDefault(id, Map.of());
        if (offset == 0 && counts.isEmpty()) {
            return publication.snapshot();
        }
        var snapshot = publication.snapshot().withoutListeners();
        for (var listener : publication.listeners()) {
            snapshot.add(attempt(shifted(listener, offset), counts.getOrDefault(listener.getName(), 0)));
        }
        return snapshot.build();
    }

    private static Listener shifted(Listener listener, int offset) {
        var moved = listener.toBuilder();
        var socket = moved.getAddressBuilder().getSocketAddressBuilder();
        socket.setPortValue(socket.getPortValue() + offset);
        return moved.build();
    }

    private static Listener attempt(Listener listener, int attempt) {
        if (attempt == 0) {
            return listener;
        }
        var number = Struct.newBuilder()
                .putFields("attempt", Value.newBuilder().setNumberValue(attempt).build());
        return listener.toBuilder()
                .setMetadata(Metadata.newBuilder().putFilterMetadata(METADATA, number.build()))
                .build();
    }
}
