package dev.datapath.operator.infra.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.status.GatewayView;
import dev.datapath.operator.xds.DataPathSync;
import dev.datapath.operator.xds.GatewayState;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GatewayPodsTest {
    private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");
    private static final DataPathSync NOBODY = new DataPathSync("ai/training", List.of());
    private static final String OPERATOR = "datapath-xds.datapath-system.svc:18000";
    private static final Pod READY = pod(
            "a",
            "{phase: Running, conditions: [{type: Ready, status: 'True',"
                    + " lastTransitionTime: '2026-11-01T00:00:00Z'}]}");

    @Test
    void aGatewayThatServesAndAcknowledgedIsSynced() {
        assertThat(GatewayPods.views(List.of(READY), connected("a", "v1"), "v1", OPERATOR))
                .containsExactly(new GatewayView("a", true, true, List.of(), ""));
        assertThat(GatewayPods.views(List.of(READY), connected("a", "v1"), "v2", OPERATOR))
                .containsExactly(new GatewayView("a", true, false, List.of(), ""));
    }

    @Test
    void aServingGatewayWithoutAConnectionIsReported() {
        assertThat(GatewayPods.views(List.of(READY), NOBODY, "v1", OPERATOR)
                        .getFirst()
                        .problem())
                .contains("not connected to the operator", OPERATOR);
    }

    @Test
    void aGatewayReadyAfterTheWaitStartedWithoutAnOperator() {
        var alone = pod("a", started("2026-10-31T23:59:49Z"));
        assertThat(GatewayPods.startedAlone(alone)).isTrue();
        assertThat(GatewayPods.views(List.of(alone), NOBODY, "v1", OPERATOR))
                .singleElement()
                .satisfies(view -> {
                    assertThat(view.synced()).isFalse();
                    assertThat(view.problem()).contains("started while no operator was available");
                });
        assertThat(GatewayPods.startedAlone(pod("a", started("2026-10-31T23:59:57Z"))))
                .isFalse();
        assertThat(GatewayPods.startedAlone(pod("a", started("2026-10-31T23:00:00Z"))))
                .as("ready anew, as after its node was away")
                .isFalse();
        assertThat(GatewayPods.startedAlone(READY)).isFalse();
        assertThat(GatewayPods.startedAlone(pod("a", "null"))).isFalse();
    }

    @Test
    void thePodSpecDeclaresTheWaitForAnOperator() {
        var after10s = started("2026-10-31T23:59:50Z");
        assertThat(GatewayPods.startedAlone(pod("a", after10s, "'25'"))).isFalse();
        assertThat(GatewayPods.startedAlone(pod("a", started("2026-10-31T23:59:35Z"), "'25'")))
                .isTrue();
        assertThat(GatewayPods.startedAlone(pod("a", started("2026-10-31T23:59:55Z"), "'5'")))
                .isTrue();
        assertThat(GatewayPods.startedAlone(pod("a", after10s, "'1'")))
                .as("as late as one that has an operator")
                .isFalse();
        assertThat(GatewayPods.startedAlone(pod("a", after10s, "soon"))).isFalse();
        assertThat(GatewayPods.startedAlone(pod("a", after10s, "null"))).isFalse();
    }

    @Test
    void onlyPodsThatTheWorkloadControlsBelongToIt() {
        var deployment = Serialization.unmarshal("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: a-gateway, namespace: ai, uid: u1}
                """, Deployment.class);
        var daemonSet = Serialization.unmarshal("""
                apiVersion: apps/v1
                kind: DaemonSet
                metadata: {name: a-gateway, namespace: ai, uid: u2}
                """, DaemonSet.class);
        assertThat(GatewayPods.isOf(deployment, controlled("ReplicaSet", "a-gateway-5d4f", "u9")))
                .isTrue();
        assertThat(GatewayPods.isOf(deployment, controlled("ReplicaSet", "a-gateway-b-5d4f", "u9")))
                .isFalse();
        assertThat(GatewayPods.isOf(deployment, controlled("Job", "a-gateway-5d4f", "u9")))
                .isFalse();
        assertThat(GatewayPods.isOf(deployment, READY)).isFalse();
        assertThat(GatewayPods.isOf(daemonSet, controlled("DaemonSet", "a-gateway", "u2")))
                .isTrue();
        assertThat(GatewayPods.isOf(daemonSet, controlled("DaemonSet", "a-gateway", "u3")))
                .isFalse();
        assertThat(GatewayPods.isOf(daemonSet, READY)).isFalse();
    }

    private static Pod controlled(String kind, String name, String uid) {
        return Serialization.unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata:
                  name: a
                  namespace: ai
                  labels: {pod-template-hash: 5d4f}
                  ownerReferences: [{apiVersion: apps/v1, kind: %s, name: %s, uid: %s, controller: true}]
                """.formatted(kind, name, uid), Pod.class);
    }

    private static String started(String time) {
        return "{phase: Running, conditions: [{type: Ready, status: 'True',"
                + " lastTransitionTime: '2026-11-01T00:00:00Z'}], containerStatuses: [{name: envoy, state: {running:"
                + " {startedAt: '" + time + "'}}}]}";
    }

    @Test
    void onlyTheReadyConditionDecidesWhetherAPodServes() {
        var starting = pod(
                "a",
                "{phase: Running, conditions: [{type: Initialized, status: 'True'}, {type: PodScheduled, status: 'True'},"
                        + " {type: Ready, status: 'False'}], containerStatuses: [{name: envoy, state: {waiting:"
                        + " {reason: ContainerCreating}}}]}");
        assertThat(GatewayPods.ready(starting)).isFalse();
        assertThat(GatewayPods.views(List.of(starting), NOBODY, "v1", OPERATOR))
                .containsExactly(new GatewayView("a", false, false, List.of(), ""));
    }

    @Test
    void aNewPodHasNoProblem() {
        var begun = pod("a", "null");
        assertThat(GatewayPods.views(List.of(begun), NOBODY, "v1", OPERATOR))
                .containsExactly(new GatewayView("a", false, false, List.of(), ""));
    }

    @Test
    void startFailuresAreReportedWithTheKubeletsMessage() {
        var noImage = pod(
                "b",
                "{phase: Pending, containerStatuses: [{name: envoy, state: {waiting:"
                        + " {reason: ImagePullBackOff, message: 'Back-off pulling image x'}}}]}");
        var nowhere = pod(
                "c",
                "{phase: Pending, conditions: [{type: PodScheduled, status: 'False',"
                        + " message: '0/3 nodes are available'}]}");
        var dying = pod(
                "d",
                "{phase: Running, containerStatuses: [{name: envoy, state: {waiting:"
                        + " {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1, reason: Error}}}]}");
        assertThat(GatewayPods.views(List.of(dying, nowhere, noImage), NOBODY, "v1", OPERATOR))
                .extracting(view -> view.name() + " " + view.problem())
                .containsExactly(
                        "b waits: ImagePullBackOff: Back-off pulling image x",
                        "c is not scheduled: 0/3 nodes are available",
                        "d waits: CrashLoopBackOff; last exit code 1 (Error)");
    }

    @Test
    void aDisconnectedGatewayReportsItsStartTimeAndWhatToCheck() {
        var lonely = pod(
                "g",
                "{phase: Running, conditions: [{type: Ready, status: 'False'}], containerStatuses: [{name: envoy, state:"
                        + " {running: {startedAt: '2026-11-01T00:00:00Z'}}}]}");
        assertThat(GatewayPods.views(List.of(lonely), NOBODY, "v1", OPERATOR)
                        .getFirst()
                        .problem())
                .contains(
                        "has been running since 2026-11-01T00:00:00Z",
                        "not connected to the operator",
                        OPERATOR,
                        "namespace ai");
        assertThat(GatewayPods.views(List.of(lonely), connected("g", ""), "v1", OPERATOR)
                        .getFirst()
                        .problem())
                .contains("is connected to the operator and is not ready", "kubectl --namespace ai logs g");
    }

    @Test
    void aTerminatingPodIsNoGateway() {
        var leaving = pod("e", "{phase: Running}");
        leaving.getMetadata().setDeletionTimestamp("2026-11-01T00:00:00Z");
        var failed = pod("f", "{phase: Failed}");
        assertThat(GatewayPods.views(List.of(leaving, failed), NOBODY, "v1", OPERATOR))
                .isEmpty();
    }

    private static DataPathSync connected(String pod, String version) {
        return new DataPathSync("ai/training", List.of(new GatewayState(pod, T0, version, Map.of())));
    }

    private static Pod pod(String name, String status) {
        return pod(name, status, "'10'");
    }

    /** @param wait seconds that the pod waits for an operator */
    private static Pod pod(String name, String status, String wait) {
        return Serialization.unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: ai}
                spec: {containers: [{name: envoy, env: [{name: DATAPATH_FALLBACK_AFTER, value: %s}]}]}
                status: %s
                """.formatted(name, wait, status), Pod.class);
    }
}
