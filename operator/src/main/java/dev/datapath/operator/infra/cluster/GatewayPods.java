package dev.datapath.operator.infra.cluster;

import dev.datapath.operator.deploy.GatewayContainer;
import dev.datapath.operator.deploy.Owners;
import dev.datapath.operator.status.GatewayView;
import dev.datapath.operator.xds.DataPathSync;
import dev.datapath.operator.xds.GatewayState;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Combines pods and xDS state to the state of each gateway. */
final class GatewayPods {
    /** With a shorter wait, gateways that have an operator may take just as long to become ready. */
    private static final int LEAST_WAIT_SECONDS = 5;
    /**
     * After this many of its waits for an operator, the launcher has certainly decided. A pod that becomes ready later
     * was unready for another reason, such as an unreachable node.
     */
    private static final int WAITS_UNTIL_DECIDED = 10;

    /**
     * Label by which the Deployment controller distinguishes the ReplicaSets of a Deployment; the name of the
     * ReplicaSet ends with it.
     */
    static final String TEMPLATE_HASH = "pod-template-hash";

    private GatewayPods() {}

    /**
     * Whether a pod was created for a workload, and does not only carry its labels. The ReplicaSet of a Deployment is
     * recognized by its name: the API server deletes a pod whose owner does not exist, and a ReplicaSet does not adopt
     * a pod that another ReplicaSet controls.
     */
    static boolean isOf(HasMetadata workload, Pod pod) {
        var name = workload.getMetadata().getName();
        return workload instanceof Deployment
                ? Owners.controllerOf(pod)
                        .filter(owner -> owner.getApiVersion().startsWith("apps/")
                                && owner.getKind().equals("ReplicaSet")
                                && owner.getName()
                                        .equals(name + "-"
                                                + pod.getMetadata().getLabels().get(TEMPLATE_HASH)))
                        .isPresent()
                : Owners.controls(workload, pod);
    }

    /**
     * The gateways by name, without terminating pods.
     *
     * @param version content version of the snapshot that they should run; empty when there is none
     * @param operator name and port under which gateways reach the operators, for messages
     */
    static List<GatewayView> views(Collection<Pod> pods, DataPathSync sync, String version, String operator) {
        var states = states(sync);
        return staying(pods)
                .map(pod -> view(pod, state(states, pod), version, operator))
                .toList();
    }

    /** The gateways that serve without a connection to this operator. */
    static Stream<Pod> unconnected(Collection<Pod> pods, DataPathSync sync) {
        var states = states(sync);
        return staying(pods)
                .filter(GatewayPods::ready)
                .filter(pod -> state(states, pod).isEmpty());
    }

    /**
     * Whether a pod became ready only after the time that a gateway waits for an operator. Such a gateway runs the last
     * good configuration and receives no changes. A gateway that has a connection was only slow.
     */
    static boolean startedAlone(Pod pod) {
        var ready = condition(pod, "Ready")
                .filter(condition -> "True".equals(condition.getStatus()))
                .map(PodCondition::getLastTransitionTime);
        var started = pod.getStatus() == null
                ? Optional.<String>empty()
                : pod.getStatus().getContainerStatuses().stream()
                        .filter(container -> container.getState() != null
                                && container.getState().getRunning() != null)
                        .map(container -> container.getState().getRunning().getStartedAt())
                        .filter(Objects::nonNull)
                        .findFirst();
        if (ready.isEmpty() || started.isEmpty()) {
            return false;
        }
        var waited = Duration.between(Instant.parse(started.get()), Instant.parse(ready.get()));
        int wait = waitSeconds(pod);
        // One second less, because Kubernetes timestamps have a resolution of one second.
        return wait >= LEAST_WAIT_SECONDS
                && waited.toSeconds() >= wait - 1
                && waited.toSeconds() <= (long) WAITS_UNTIL_DECIDED * wait;
    }

    /**
     * How long a gateway waits for an operator, in seconds; 0 when its pod does not have the environment variable that
     * the operator sets.
     */
    private static int waitSeconds(Pod pod) {
        return pod.getSpec() == null
                ? 0
                : pod.getSpec().getContainers().stream()
                        .filter(container -> container.getName().equals(GatewayContainer.NAME))
                        .flatMap(container -> container.getEnv().stream())
                        .filter(variable -> variable.getName().equals(GatewayContainer.FALLBACK_AFTER))
                        .map(variable -> Objects.requireNonNullElse(variable.getValue(), ""))
                        .filter(value -> value.matches("[0-9]{1,5}"))
                        .map(Integer::valueOf)
                        .findFirst()
                        .orElse(0);
    }

    /** Whether a pod serves. */
    static boolean ready(Pod pod) {
        return condition(pod, "Ready")
                .filter(condition -> "True".equals(condition.getStatus()))
                .isPresent();
    }

    /** Pods that are not being deleted, and have not ended, by name. */
    static Stream<Pod> staying(Collection<Pod> pods) {
        return pods.stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .filter(pod -> pod.getStatus() == null
                        || !List.of("Failed", "Succeeded")
                                .contains(Objects.requireNonNullElse(
                                        pod.getStatus().getPhase(), "")))
                .sorted(Comparator.comparing(pod -> pod.getMetadata().getName()));
    }

    private static GatewayView view(Pod pod, Optional<GatewayState> state, String version, String operator) {
        boolean ready = ready(pod);
        return new GatewayView(
                pod.getMetadata().getName(),
                ready,
                !version.isEmpty()
                        && state.filter(known -> known.synced(version)).isPresent(),
                state.map(GatewayState::rejections).orElse(List.of()),
                ready && state.isEmpty()
                        ? startedAlone(pod)
                                ? "started while no operator was available, serves the last good configuration of that time and will be replaced"
                                : "serves its last configuration and is not connected to the operator: "
                                        + reach(pod, operator)
                        : problem(pod, state.isPresent(), operator));
    }

    private static Map<String, GatewayState> states(DataPathSync sync) {
        return sync.gateways().stream().collect(Collectors.toMap(GatewayState::gateway, Function.identity()));
    }

    private static Optional<GatewayState> state(Map<String, GatewayState> states, Pod pod) {
        return Optional.ofNullable(states.get(pod.getMetadata().getName()));
    }

    /** Why a pod does not serve, as reported by the scheduler or the kubelet; empty when they report nothing. */
    private static String problem(Pod pod, boolean connected, String operator) {
        if (pod.getStatus() == null || ready(pod)) {
            return "";
        }
        return condition(pod, "PodScheduled")
                .filter(condition -> "False".equals(condition.getStatus()))
                .map(condition -> "is not scheduled: " + condition.getMessage())
                .or(() -> Stream.concat(
                                pod.getStatus().getInitContainerStatuses().stream(),
                                pod.getStatus().getContainerStatuses().stream())
                        .flatMap(container -> waiting(container).stream())
                        .findFirst())
                .or(() -> running(pod)
                        .map(since -> "has been running since " + since
                                + (connected
                                        ? ", is connected to the operator and is not ready: check kubectl --namespace "
                                                + pod.getMetadata().getNamespace() + " logs "
                                                + pod.getMetadata().getName()
                                        : " and is not connected to the operator: " + reach(pod, operator))))
                .orElse("");
    }

    private static String reach(Pod pod, String operator) {
        return "check that pods of namespace " + pod.getMetadata().getNamespace() + " resolve and reach " + operator
                + " (DNS, NetworkPolicies)";
    }

    /** The time since when the container of a pod runs; empty when it does not run. */
    private static Optional<String> running(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream()
                .flatMap(container -> Optional.ofNullable(container.getState()).stream())
                .flatMap(state -> Optional.ofNullable(state.getRunning()).stream())
                .flatMap(running -> Optional.ofNullable(running.getStartedAt()).stream())
                .findFirst();
    }

    private static Optional<String> waiting(ContainerStatus container) {
        return Optional.ofNullable(container.getState())
                .map(state -> state.getWaiting())
                .filter(waiting -> !"ContainerCreating".equals(waiting.getReason())
                        && !"PodInitializing".equals(waiting.getReason()))
                .map(waiting -> "waits: " + text(waiting) + lastEnd(container));
    }

    private static String text(ContainerStateWaiting waiting) {
        return waiting.getReason()
                + (waiting.getMessage() == null || waiting.getMessage().isEmpty() ? "" : ": " + waiting.getMessage());
    }

    private static String lastEnd(ContainerStatus container) {
        return Optional.ofNullable(container.getLastState())
                .map(state -> state.getTerminated())
                .map(ended -> "; last exit code " + ended.getExitCode()
                        + (ended.getReason() == null ? "" : " (" + ended.getReason() + ")"))
                .orElse("");
    }

    private static Optional<PodCondition> condition(Pod pod, String type) {
        return pod.getStatus() == null
                ? Optional.empty()
                : pod.getStatus().getConditions().stream()
                        .filter(condition -> type.equals(condition.getType()))
                        .findFirst();
    }
}
