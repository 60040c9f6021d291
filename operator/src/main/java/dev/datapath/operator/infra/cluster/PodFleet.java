package dev.datapath.operator.infra.cluster;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathStatus.Address;
import dev.datapath.api.v1alpha1.Gateway;
import dev.datapath.api.v1alpha1.GatewayService;
import dev.datapath.operator.deploy.AllowedPlacement;
import dev.datapath.operator.engine.ManagedDataPath;
import dev.datapath.operator.engine.Publication;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.status.Fleet;
import dev.datapath.operator.status.Fleet.Obstacle;
import dev.datapath.operator.xds.SyncState;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Combines the Kubernetes state and the xDS state of a DataPath's gateways. */
public final class PodFleet {
    private final OwnedObjects<DataPath> owned;
    private final SyncState sync;
    private final String operator;
    private final AllowedPlacement allowed;

    /**
     * @param operator name and port under which gateways reach the operators, for messages
     * @param allowed the operator's limits on how gateways run, besides their DataPath
     */
    public PodFleet(OwnedObjects<DataPath> owned, SyncState sync, String operator, AllowedPlacement allowed) {
        this.owned = owned;
        this.sync = sync;
        this.operator = operator;
        this.allowed = allowed;
    }

    /** @param blocked why the gateways cannot be run as desired */
    Fleet observe(ManagedDataPath managed, Optional<String> blocked) {
        var key = managed.key();
        var outcome = managed.outcome();
        var version = managed.publication().map(Publication::version).orElse("");
        var workload = GatewayWorkload.of(
                allowed.of(gateway(outcome.dataPath())),
                owned.of(Deployment.class, key),
                owned.of(DaemonSet.class, key));
        return new Fleet(
                workload.desired(),
                GatewayPods.views(pods(key), sync.of(key.toString()), version, operator),
                outcome.version(),
                outcome.plan() == null ? 0 : outcome.plan().listeners().size(),
                outcome.defect(),
                obstacle(key, outcome.dataPath(), blocked),
                workload.shortage());
    }

    /** The specification is null when this version of the operator cannot read it. */
    private static Gateway gateway(DataPath dataPath) {
        return dataPath.getSpec() == null ? Gateway.DEFAULT : dataPath.getSpec().gateway();
    }

    /** The addresses at which clients can connect. */
    List<Address> addresses(ObjectKey dataPath) {
        return owned.of(Service.class, dataPath).stream()
                .flatMap(service -> Addresses.of(service).stream())
                .distinct()
                .toList();
    }

    /** The pods of the DataPath's workloads. */
    List<Pod> pods(ObjectKey dataPath) {
        var workloads = Stream.concat(
                        owned.of(Deployment.class, dataPath).stream(), owned.of(DaemonSet.class, dataPath).stream())
                .toList();
        return owned.of(Pod.class, dataPath).stream()
                .filter(pod -> workloads.stream().anyMatch(workload -> GatewayPods.isOf(workload, pod)))
                .toList();
    }

    private @Nullable Obstacle obstacle(ObjectKey key, DataPath dataPath, Optional<String> blocked) {
        if (blocked.isPresent()) {
            return new Obstacle.Blocked(blocked.get());
        }
        if (gateway(dataPath).service().type() == GatewayService.Type.LoadBalancer
                && addresses(key).isEmpty()) {
            return new Obstacle.NoAddress(
                    "The gateways run, but no load balancer assigned an address to the Service of DataPath "
                            + key + ": install a load balancer in the cluster, set its class in"
                            + " spec.gateway.service.loadBalancerClass, or set spec.gateway.service.type to NodePort or ClusterIP.");
        }
        return null;
    }
}
