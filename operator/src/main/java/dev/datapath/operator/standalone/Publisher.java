package dev.datapath.operator.standalone;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.datapath.operator.envoy.EnvoyRenderer;
import dev.datapath.operator.envoy.EnvoyResources;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.xds.Snapshot;
import dev.datapath.operator.xds.SnapshotStore;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Renders plans and publishes them, one snapshot per gateway: the gateways of a DataPath differ in the ports of their
 * listeners and share all other resources. Confined to the thread of the control loop.
 */
final class Publisher {
    /** Envoy ignores metadata of this name; it makes a listener differ from its rejected self. */
    private static final String METADATA = "datapath.dev/attempt";

    private final SnapshotStore store;
    private final GatewayBlueprint blueprint;
    private final int gateways;
    private final Map<ObjectKey, EnvoyRenderer> renderers = new HashMap<>();
    private final Map<GatewayId, EnvoyResources> published = new TreeMap<>();
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

    /** Publishes a plan to all gateways of its DataPath: to all of them or, when it cannot be rendered, to none. */
    void publish(GatewayPlan plan) {
        var ids = gatewaysOf(plan.dataPath());
        var renderer = renderers.computeIfAbsent(plan.dataPath(), key -> new EnvoyRenderer());
        var first = renderer.resources(plan, blueprint.options(ids.getFirst()));
        var rendered = new TreeMap<GatewayId, EnvoyResources>();
        for (var id : ids) {
            rendered.put(id, shifted(first, blueprint.options(id).portOffset()));
        }
        rendered.forEach((id, resources) -> {
            published.put(id, resources);
            store.publish(id.snapshotKey(), snapshot(id, resources));
        });
    }

    /** Has a gateway try again to open these listeners, which it rejected. */
    void retry(GatewayId id, Set<String> listeners) {
        var resources = published.get(id);
        if (resources != null) {
            var counts = attempts.computeIfAbsent(id, key -> new HashMap<>());
            listeners.forEach(listener -> counts.merge(listener, 1, Integer::sum));
            store.publish(id.snapshotKey(), snapshot(id, resources));
        }
    }

    /** What a gateway should run now; empty when it has no snapshot. */
    String version(GatewayId id) {
        var snapshot = store.snapshot(id.snapshotKey());
        return snapshot == null ? "" : snapshot.version();
    }

    /** Stops serving every DataPath but these. */
    void retain(Collection<ObjectKey> dataPaths) {
        renderers.keySet().retainAll(dataPaths);
        published.keySet().removeIf(id -> {
            boolean gone = !dataPaths.contains(id.dataPath());
            if (gone) {
                store.withdraw(id.snapshotKey());
                attempts.remove(id);
            }
            return gone;
        });
    }

    private Snapshot snapshot(GatewayId id, EnvoyResources resources) {
        var snapshot = Snapshot.builder();
        resources.clusters().forEach(snapshot::add);
        resources.endpoints().forEach(snapshot::add);
        resources.routes().forEach(snapshot::add);
        resources.secrets().forEach(snapshot::add);
        var counts = attempts.getOrDefault(id, Map.of());
        resources
                .listeners()
                .forEach(listener -> snapshot.add(attempt(listener, counts.getOrDefault(listener.getName(), 0))));
        return snapshot.build();
    }

    /** The same with its listeners on other ports; rendering thousands of rules again for that would be a waste. */
    private static EnvoyResources shifted(EnvoyResources resources, int offset) {
        var listeners = resources.listeners().stream()
                .map(listener -> {
                    var moved = listener.toBuilder();
                    var socket = moved.getAddressBuilder().getSocketAddressBuilder();
                    socket.setPortValue(socket.getPortValue() + offset);
                    return moved.build();
                })
                .toList();
        return new EnvoyResources(
                listeners, resources.routes(), resources.clusters(), resources.endpoints(), resources.secrets());
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
