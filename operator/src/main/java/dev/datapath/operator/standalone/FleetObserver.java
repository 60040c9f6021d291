package dev.datapath.operator.standalone;

import dev.datapath.operator.control.DataPathRun;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.status.Fleet;
import dev.datapath.operator.status.GatewayView;
import dev.datapath.operator.status.PortConflict;
import dev.datapath.operator.xds.SyncState;
import java.util.ArrayList;

/** Puts together what the supervisor, the gateways and the xDS server know of a DataPath's gateways. */
final class FleetObserver {
    private final LocalFleet local;
    private final SyncState sync;
    private final Publisher publisher;

    FleetObserver(LocalFleet local, SyncState sync, Publisher publisher) {
        this.local = local;
        this.sync = sync;
        this.publisher = publisher;
    }

    Fleet observe(DataPathRun run) {
        var outcome = run.outcome();
        var plan = outcome.plan();
        var ids = publisher.gatewaysOf(run.key());
        var views = new ArrayList<GatewayView>();
        for (var id : ids) {
            var gateway = local.gateways().get(id);
            if (gateway != null) {
                views.add(view(id, gateway));
            }
        }
        return new Fleet(
                ids.size(),
                views,
                outcome.version(),
                plan == null ? 0 : plan.listeners().size(),
                outcome.defect());
    }

    private GatewayView view(GatewayId id, Gateway gateway) {
        var version = publisher.version(id);
        var states = sync.of(id.snapshotKey()).gateways();
        boolean synced = !version.isEmpty() && states.stream().anyMatch(state -> state.synced(version));
        return new GatewayView(
                id.name(),
                gateway.phase() == Gateway.Phase.RUNNING,
                synced,
                states.stream()
                        .flatMap(state -> state.rejections().stream())
                        .map(message -> PortConflict.withHolder(
                                message,
                                port -> publisher.holder(port, id.dataPath()).map(ObjectKey::toString)))
                        .distinct()
                        .sorted()
                        .toList(),
                gateway.problem());
    }
}
