package dev.datapath.operator.standalone;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.engine.DataPaths;
import dev.datapath.operator.engine.ManagedDataPath;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.xds.ListenerOverlay;
import dev.datapath.operator.xds.SnapshotStore;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The ports of the gateways of this machine. Gateways of a DataPath share all of their configuration except the ports:
 * the ports of each gateway have a fixed offset from the declared ones. Confined to the thread of the control loop.
 */
final class GatewayPorts {
    /** Envoy ignores metadata of this name; it makes a listener differ from its rejected version. */
    private static final String METADATA = "datapath.dev/attempt";

    private final SnapshotStore store;
    private final DataPaths dataPaths;
    private final GatewayBlueprint blueprint;
    private final int gateways;
    private final Set<String> addresses;

    /** How often each gateway was requested to retry a listener, by the listener's name. */
    private static final class Attempts {
        private final Map<GatewayId, Map<String, Integer>> counts = new HashMap<>();
    }

    /** @param gateways number of gateways of each DataPath */
    GatewayPorts(SnapshotStore store, DataPaths dataPaths, GatewayBlueprint blueprint, int gateways) {
        this.store = store;
        this.dataPaths = dataPaths;
        this.blueprint = blueprint;
        this.gateways = gateways;
        addresses = blueprint.addresses();
    }

    List<GatewayId> gatewaysOf(ObjectKey dataPath) {
        var ids = new ArrayList<GatewayId>();
        for (int i = 0; i < gateways; i++) {
            ids.add(new GatewayId(dataPath, i));
        }
        return ids;
    }

    /** Assigns each gateway of a DataPath its own ports, for every published configuration. */
    void assign(ManagedDataPath dataPath) {
        dataPath.memory(Attempts.class, () -> {
            gatewaysOf(dataPath.key()).stream()
                    .filter(id -> blueprint.port(id, 0) != 0)
                    .forEach(id -> overlay(id, Map.of()));
            return new Attempts();
        });
    }

    /** Requests a gateway to open these listeners again, which it rejected. */
    void retry(GatewayId id, Set<String> listeners) {
        dataPaths.find(id.dataPath()).ifPresent(dataPath -> {
            var counts =
                    dataPath.memory(Attempts.class, Attempts::new).counts.computeIfAbsent(id, key -> new HashMap<>());
            listeners.forEach(listener -> counts.merge(listener, 1, Integer::sum));
            overlay(id, Map.copyOf(counts));
        });
    }

    /** Another DataPath with a gateway that should listen on a port. */
    Optional<ObjectKey> holder(int port, ObjectKey besides) {
        return dataPaths
                .all()
                .filter(dataPath -> !dataPath.key().equals(besides) && listensOn(port, dataPath))
                .map(ManagedDataPath::key)
                .min(Comparator.naturalOrder());
    }

    /** The address of a gateway for a declared port of a listener. */
    String address(GatewayId id, int port) {
        var address = blueprint.bindAddress();
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + blueprint.port(id, port);
    }

    /** The addresses of the gateways of a DataPath, with the listener and gateway of each. */
    Map<Discovery.Socket, String> listeners(DataPath dataPath) {
        var listeners = new HashMap<Discovery.Socket, String>();
        var spec = dataPath.getSpec();
        for (var id : gatewaysOf(Identity.key(dataPath))) {
            for (var listener : spec == null ? List.<dev.datapath.api.v1alpha1.Listener>of() : spec.listeners()) {
                var name = "listener " + listener.name() + " of gateway " + id.name();
                addresses.forEach(address -> listeners.putIfAbsent(
                        new Discovery.Socket(address, blueprint.port(id, listener.port())), name));
            }
        }
        return listeners;
    }

    /** The names of the listeners for which a gateway has a valid port. */
    Set<String> possible(GatewayId id, List<ListenerPlan> listeners) {
        return listeners.stream()
                .filter(listener -> blueprint.port(id, listener.port()) <= GatewayBlueprint.LAST_PORT)
                .map(ListenerPlan::name)
                .collect(Collectors.toSet());
    }

    /** Findings on listeners without a valid port at some gateways of a DataPath. */
    List<Finding> findings(ManagedDataPath dataPath) {
        var plan = dataPath.outcome().plan();
        var spec = dataPath.outcome().dataPath().getSpec();
        if (plan == null || spec == null) {
            return List.of();
        }
        var findings = new ArrayList<Finding>();
        var names = spec.listeners().stream()
                .map(dev.datapath.api.v1alpha1.Listener::name)
                .toList();
        for (var listener : plan.listeners()) {
            var without = gatewaysOf(dataPath.key()).stream()
                    .filter(id -> blueprint.port(id, listener.port()) > GatewayBlueprint.LAST_PORT)
                    .toList();
            int index = names.indexOf(listener.name());
            if (!without.isEmpty() && index >= 0) {
                var first = without.getFirst();
                findings.add(new Finding(
                        Identity.ref(dataPath.outcome().dataPath()),
                        Finding.Severity.ERROR,
                        Reason.Invalid,
                        "spec.listeners[" + index + "].port",
                        "listener " + listener.name() + " would have port " + blueprint.port(first, listener.port())
                                + " at gateway " + first.name() + ", but the highest port is "
                                + GatewayBlueprint.LAST_PORT
                                + ", so it is not opened at "
                                + (without.size() == 1 ? "this gateway" : without.size() + " gateways")
                                + ": choose a lower port, or run with fewer --gateways or a smaller --port-offset"));
            }
        }
        return findings;
    }

    private boolean listensOn(int port, ManagedDataPath dataPath) {
        var plan = dataPath.outcome().plan();
        return plan != null
                && gatewaysOf(dataPath.key()).stream()
                        .anyMatch(id -> plan.listeners().stream()
                                .anyMatch(listener -> port == blueprint.port(id, listener.port())));
    }

    private void overlay(GatewayId id, Map<String, Integer> attempts) {
        store.overlay(
                id.dataPath().toString(),
                id.name(),
                new ListenerOverlay(listener ->
                        moved(listener, id).map(moved -> attempt(moved, attempts.getOrDefault(moved.getName(), 0)))));
    }

    /** Empty without a valid port: Envoy would reject all listeners of the gateway. */
    private Optional<Listener> moved(Listener listener, GatewayId id) {
        var moved = listener.toBuilder();
        var socket = moved.getAddressBuilder().getSocketAddressBuilder();
        socket.setPortValue(blueprint.port(id, socket.getPortValue()));
        return socket.getPortValue() > GatewayBlueprint.LAST_PORT ? Optional.empty() : Optional.of(moved.build());
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
