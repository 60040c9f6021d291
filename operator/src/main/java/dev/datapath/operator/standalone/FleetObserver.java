package dev.datapath.operator.standalone;

import dev.datapath.operator.engine.ManagedDataPath;
import dev.datapath.operator.engine.Publication;
import dev.datapath.operator.envoy.admin.PortConflict;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.status.Fleet;
import dev.datapath.operator.status.GatewayView;
import dev.datapath.operator.xds.SyncState;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Combines the states of a DataPath's gateways from the supervisor, the gateways and the xDS server. */
final class FleetObserver {
    private final LocalFleet local;
    private final SyncState sync;
    private final GatewayPorts ports;

    private final InstantSource clock;
    private final LostListeners lost = new LostListeners();

    /** @param clock for elapsed time */
    FleetObserver(LocalFleet local, SyncState sync, GatewayPorts ports, InstantSource clock) {
        this.local = local;
        this.sync = sync;
        this.ports = ports;
        this.clock = clock;
    }

    /** @param blocked why the gateways cannot be run as desired */
    Fleet observe(ManagedDataPath run, Optional<String> blocked) {
        var outcome = run.outcome();
        var listeners = outcome.plan() == null
                ? List.<ListenerPlan>of()
                : outcome.plan().listeners();
        var version = run.publication().map(Publication::version).orElse("");
        var ids = ports.gatewaysOf(run.key());
        var views = new ArrayList<GatewayView>();
        for (var id : ids) {
            var gateway = local.gateways().get(id);
            if (gateway != null) {
                views.add(view(id, gateway, version, listeners));
            }
        }
        lost.retain(local.gateways().keySet());
        return new Fleet(
                ids.size(),
                views,
                outcome.version(),
                listeners.size(),
                outcome.defect(),
                blocked.map(Fleet.Obstacle.Blocked::new).orElse(null));
    }

    /** When the observation may change without an event. */
    Optional<Instant> nextStep() {
        return lost.nextStep(clock.instant());
    }

    private GatewayView view(GatewayId id, Gateway gateway, String version, List<ListenerPlan> listeners) {
        var states = sync.of(id.dataPath().toString()).gateways().stream()
                .filter(state -> state.gateway().equals(id.name()))
                .toList();
        boolean acknowledged = !version.isEmpty() && states.stream().anyMatch(state -> state.synced(version));
        var refused = states.stream().flatMap(state -> state.rejections().stream());
        var served = local.listeners(id);
        var possible = ports.possible(id, listeners);
        var expected = acknowledged && served.isPresent() ? possible : Set.<String>of();
        var portless = listeners.stream()
                .filter(listener -> !possible.contains(listener.name()))
                .map(listener -> PortConflict.noSuchPort(listener.name(), ports.address(id, listener.port())))
                .toList();
        var unserved = lost.of(id, expected, served.orElse(Set.of()), clock.instant()).stream()
                .flatMap(name -> listeners.stream()
                        .filter(listener -> listener.name().equals(name))
                        .map(listener -> PortConflict.inUse(name, ports.address(id, listener.port()))))
                .toList();
        return new GatewayView(
                id.name(),
                gateway.phase() == Gateway.Phase.RUNNING,
                acknowledged && unserved.isEmpty() && portless.isEmpty(),
                Stream.of(refused, unserved.stream(), portless.stream())
                        .flatMap(messages -> messages)
                        .map(message -> PortConflict.withHolder(
                                message,
                                port -> ports.holder(port, id.dataPath()).map(ObjectKey::toString)))
                        .distinct()
                        .sorted()
                        .toList(),
                gateway.problem());
    }
}
