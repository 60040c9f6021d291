package dev.datapath.operator.reconcile;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathStatus.Address;
import dev.datapath.api.v1alpha1.Gateway;
import dev.datapath.api.v1alpha1.GatewayService;
import dev.datapath.operator.control.DataPathRun;
import dev.datapath.operator.deploy.AllowedPlacement;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.status.Fleet;
import dev.datapath.operator.status.Fleet.Obstacle;
import dev.datapath.operator.xds.SyncState;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Puts together what Kubernetes and the xDS server know of a DataPath's gateways. */
final class FleetObserver {
    private final OwnedObjects<DataPath> owned;
    private final SyncState sync;
    private final Publisher publisher;
    private final String operator;
    private final AllowedPlacement allowed;

    /**
     * @param operator name and port under which gateways reach the operators, for messages
     * @param allowed what decides how gateways run, besides their DataPath
     */
    FleetObserver(
            OwnedObjects<DataPath> owned,
            SyncState sync,
            Publisher publisher,
            String operator,
            AllowedPlacement allowed) {
        this.owned = owned;
        this.sync = sync;
        this.publisher = publisher;
        this.operator = operator;
        this.allowed = allowed;
    }

    /** @param blocked what keeps the gateways from being run as they should; empty when nothing does */
    Fleet observe(DataPathRun run, String blocked) {
        var key = run.key();
        var outcome = run.outcome();
        var version =
                publisher.publication(key).map(Publisher.Publication::version).orElse("");
        return new Fleet(
                desired(key, outcome.dataPath()),
                GatewayPods.views(pods(key), sync.of(key.toString()), version, operator),
                outcome.version(),
                outcome.plan() == null ? 0 : outcome.plan().listeners().size(),
                outcome.defect(),
                obstacle(key, outcome.dataPath(), blocked));
    }

    /** Where clients can connect. */
    List<Address> addresses(ObjectKey dataPath) {
        return owned.of(Service.class, dataPath).stream()
                .flatMap(service -> Addresses.of(service).stream())
                .distinct()
                .toList();
    }

    /** All pods that carry the DataPath's label. */
    List<Pod> pods(ObjectKey dataPath) {
        return owned.of(Pod.class, dataPath);
    }

    private @Nullable Obstacle obstacle(ObjectKey key, DataPath dataPath, String blocked) {
        if (!blocked.isEmpty()) {
            return new Obstacle.Blocked(blocked);
        }
        if (dataPath.getSpec().gateway().service().type() == GatewayService.Type.LoadBalancer
                && addresses(key).isEmpty()) {
            return new Obstacle.NoAddress(
                    "The gateways run, but no load balancer gave the Service of DataPath "
                            + key + " an address: install one in the cluster, name its class in"
                            + " spec.gateway.service.loadBalancerClass, or set spec.gateway.service.type to NodePort or ClusterIP.");
        }
        return null;
    }

    /** What was asked for or, where a number follows from something else, what the workload says. */
    private int desired(ObjectKey key, DataPath dataPath) {
        var gateway = allowed.of(dataPath.getSpec().gateway());
        if (gateway.kind() == Gateway.WorkloadKind.DaemonSet) {
            return owned.of(DaemonSet.class, key).stream()
                    .map(set -> set.getStatus() == null
                            ? 0
                            : Objects.requireNonNullElse(set.getStatus().getDesiredNumberScheduled(), 0))
                    .findFirst()
                    .orElse(0);
        }
        var autoscaling = gateway.autoscaling();
        if (autoscaling != null) {
            return owned.of(Deployment.class, key).stream()
                    .map(deployment ->
                            Objects.requireNonNullElse(deployment.getSpec().getReplicas(), autoscaling.minReplicas()))
                    .findFirst()
                    .orElse(autoscaling.minReplicas());
        }
        return Objects.requireNonNullElse(gateway.replicas(), Gateway.DEFAULT_REPLICAS);
    }
}
