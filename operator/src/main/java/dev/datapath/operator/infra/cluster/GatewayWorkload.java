package dev.datapath.operator.infra.cluster;

import dev.datapath.api.v1alpha1.Gateway;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What Kubernetes tells of the object that runs the gateways of a DataPath.
 *
 * @param desired how many there should be: what was asked for or, where a number follows from something else, what the object says
 * @param shortage why there are fewer pods than that, or none should be; empty when Kubernetes says nothing
 */
record GatewayWorkload(int desired, String shortage) {
    private static final int MAX_LENGTH = 512;

    static GatewayWorkload of(Gateway gateway, List<Deployment> deployments, List<DaemonSet> daemonSets) {
        return gateway.kind() == Gateway.WorkloadKind.DaemonSet
                ? ofNodes(daemonSets.stream().findFirst())
                : ofReplicas(gateway, deployments.stream().findFirst());
    }

    private static GatewayWorkload ofReplicas(Gateway gateway, Optional<Deployment> deployment) {
        return new GatewayWorkload(
                replicas(gateway, deployment),
                deployment.map(GatewayWorkload::failure).orElse(""));
    }

    private static int replicas(Gateway gateway, Optional<Deployment> deployment) {
        var autoscaling = gateway.autoscaling();
        return autoscaling == null
                ? Objects.requireNonNullElse(gateway.replicas(), Gateway.DEFAULT_REPLICAS)
                : deployment.map(found -> found.getSpec().getReplicas()).orElse(autoscaling.minReplicas());
    }

    /** Why pods cannot be made, such as a quota. */
    private static String failure(Deployment deployment) {
        return deployment.getStatus() == null
                ? ""
                : deployment.getStatus().getConditions().stream()
                        .filter(condition ->
                                "ReplicaFailure".equals(condition.getType()) && "True".equals(condition.getStatus()))
                        .map(DeploymentCondition::getMessage)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .map(message -> "Kubernetes does not make more pods: " + shorten(message))
                        .orElse("");
    }

    private static GatewayWorkload ofNodes(Optional<DaemonSet> found) {
        var set = found.orElseGet(DaemonSet::new);
        var status = Objects.requireNonNullElseGet(set.getStatus(), DaemonSetStatus::new);
        boolean counted = found.isPresent() && set.getStatus() != null && isCurrent(set, status);
        int desired = count(status.getDesiredNumberScheduled());
        int present = count(status.getCurrentNumberScheduled());
        if (desired == 0) {
            return new GatewayWorkload(
                    0,
                    counted
                            ? "No gateway should run, because no node fits nodeSelector and tolerations of spec.gateway.placement: change these,"
                                    + " or labels and taints of nodes"
                            : "Kubernetes has not counted yet on which nodes gateways should run");
        }
        var metadata = set.getMetadata();
        return new GatewayWorkload(
                desired,
                !counted || present >= desired
                        ? ""
                        : "Kubernetes made pods for " + present + " of " + desired
                                + " nodes: when it does not go on, see kubectl --namespace "
                                + metadata.getNamespace() + " describe daemonset " + metadata.getName());
    }

    /** Whether the status is not of what the DaemonSet was before it changed. */
    private static boolean isCurrent(DaemonSet set, DaemonSetStatus status) {
        long generation = Objects.requireNonNullElse(set.getMetadata().getGeneration(), 0L);
        return Objects.requireNonNullElse(status.getObservedGeneration(), 0L) >= generation;
    }

    private static int count(@Nullable Integer number) {
        return Objects.requireNonNullElse(number, 0);
    }

    private static String shorten(String message) {
        var line = message.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH - 1) + "…";
    }
}
