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
 * The state of the Deployment or DaemonSet that runs the gateways of a DataPath.
 *
 * @param desired desired number of gateways: the requested number, or the number in the object where an autoscaler or
 * the nodes determine it
 * @param shortage why there are fewer pods, or why none is desired; empty when Kubernetes reports nothing
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

    /** Why pods cannot be created, such as a quota. */
    private static String failure(Deployment deployment) {
        return deployment.getStatus() == null
                ? ""
                : deployment.getStatus().getConditions().stream()
                        .filter(condition ->
                                "ReplicaFailure".equals(condition.getType()) && "True".equals(condition.getStatus()))
                        .map(DeploymentCondition::getMessage)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .map(message -> "Kubernetes cannot create more pods: " + shorten(message))
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
                            ? "No gateway is desired, because no node matches nodeSelector and tolerations of spec.gateway.placement: change these fields,"
                                    + " or the labels and taints of nodes"
                            : "Kubernetes has not determined yet which nodes should run gateways");
        }
        var metadata = set.getMetadata();
        return new GatewayWorkload(
                desired,
                !counted || present >= desired
                        ? ""
                        : "Kubernetes created pods for " + present + " of " + desired
                                + " nodes: if this does not change, check kubectl --namespace "
                                + metadata.getNamespace() + " describe daemonset " + metadata.getName());
    }

    /** Whether the status describes the current generation of the DaemonSet. */
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
