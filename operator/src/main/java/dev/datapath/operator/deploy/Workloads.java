package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.Gateway;
import dev.datapath.api.v1alpha1.Gateway.WorkloadKind;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetUpdateStrategyBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategyBuilder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The Deployment or DaemonSet that runs the gateways. In a rollout a new gateway is ready before an old one terminates. */
final class Workloads {
    private static final IntOrString NONE = new IntOrString(0);
    private static final IntOrString QUARTER = new IntOrString("25%");
    /** Old revisions are kept for inspection, not for rollback, because the operator decides what runs. */
    private static final int REVISIONS = 2;
    /** The time until load balancers send requests to a new gateway. */
    private static final int MIN_READY_SECONDS = 5;

    private Workloads() {}

    static HasMetadata of(Fleet fleet, Map<String, String> bootstrap) {
        return fleet.gateway().kind() == WorkloadKind.DaemonSet
                ? daemonSet(fleet, bootstrap)
                : deployment(fleet, bootstrap);
    }

    private static Deployment deployment(Fleet fleet, Map<String, String> bootstrap) {
        return new DeploymentBuilder()
                .withMetadata(fleet.metadata(fleet.names().gateway()))
                .withNewSpec()
                .withReplicas(replicas(fleet.gateway()))
                .withRevisionHistoryLimit(REVISIONS)
                .withMinReadySeconds(MIN_READY_SECONDS)
                .withStrategy(new DeploymentStrategyBuilder()
                        .withType("RollingUpdate")
                        .withNewRollingUpdate()
                        .withMaxUnavailable(NONE)
                        .withMaxSurge(QUARTER)
                        .endRollingUpdate()
                        .build())
                .withSelector(fleet.selector())
                .withTemplate(PodTemplates.of(fleet, bootstrap, true))
                .endSpec()
                .build();
    }

    /** The number of replicas; null leaves it to the autoscaler. */
    private static @Nullable Integer replicas(Gateway gateway) {
        if (gateway.autoscaling() != null) {
            return null;
        }
        return gateway.replicas() == null ? Integer.valueOf(Gateway.DEFAULT_REPLICAS) : gateway.replicas();
    }

    private static DaemonSet daemonSet(Fleet fleet, Map<String, String> bootstrap) {
        return new DaemonSetBuilder()
                .withMetadata(fleet.metadata(fleet.names().gateway()))
                .withNewSpec()
                .withRevisionHistoryLimit(REVISIONS)
                .withMinReadySeconds(MIN_READY_SECONDS)
                .withUpdateStrategy(new DaemonSetUpdateStrategyBuilder()
                        .withType("RollingUpdate")
                        .withNewRollingUpdate()
                        .withMaxUnavailable(NONE)
                        .withMaxSurge(QUARTER)
                        .endRollingUpdate()
                        .build())
                .withSelector(fleet.selector())
                // There is one on each node, so spread constraints have no effect.
                .withTemplate(PodTemplates.of(fleet, bootstrap, false))
                .endSpec()
                .build();
    }
}
