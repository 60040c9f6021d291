package dev.datapath.operator.status;

import static dev.datapath.operator.model.NodeReport.Health.EJECTED;
import static dev.datapath.operator.model.NodeReport.Health.FAILED_CHECK;
import static dev.datapath.operator.model.NodeReport.Health.HEALTHY;
import static dev.datapath.operator.model.NodeReport.Health.UNCHECKED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.api.v1alpha1.StoragePoolStatus;
import dev.datapath.api.v1alpha1.StoragePoolStatus.NodeStatus;
import dev.datapath.operator.model.Decisions.Node;
import dev.datapath.operator.model.Decisions.NodeWeight;
import dev.datapath.operator.model.Decisions.Terms;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.model.NodeReport.Health;
import dev.datapath.operator.plan.HealthPlan;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.PoolPlan.NodePlan;
import dev.datapath.operator.plan.PoolPlans;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PoolStatusesTest {
    private static final String FAILS =
            "fails its health check: HEAD / at port 9021 is refused, reset or answered without HTTP";
    private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");
    private static final Instant T1 = T0.plusSeconds(30);

    static Stream<Arguments> endpointsHealthy() {
        return Stream.of(
                arguments(List.of(HEALTHY, HEALTHY, HEALTHY, HEALTHY), "True/AllHealthy: 4 of 4 nodes are healthy."),
                arguments(
                        List.of(HEALTHY, FAILED_CHECK, HEALTHY, HEALTHY),
                        "True/Degraded: 3 of 4 nodes are healthy: node-1 (" + FAILS + ")"),
                arguments(
                        List.of(FAILED_CHECK, FAILED_CHECK, EJECTED, HEALTHY),
                        "False/Panic: 1 of 4 nodes are healthy, fewer than the 30 % of panicThresholdPercent, so all are used: "
                                + "node-0 (" + FAILS + "), node-1 (" + FAILS
                                + "), node-2 (ejected after errors or resets)"),
                arguments(
                        List.of(FAILED_CHECK, FAILED_CHECK),
                        "False/NoHealthyNodes: 0 of 2 nodes are healthy: node-0 (" + FAILS + "), node-1 (" + FAILS
                                + ")"),
                arguments(
                        List.of(HEALTHY, UNCHECKED),
                        "Unknown/Unknown: Waiting for the first health checks: node-1 (not checked yet)"),
                arguments(
                        List.of(
                                FAILED_CHECK,
                                FAILED_CHECK,
                                HEALTHY,
                                HEALTHY,
                                HEALTHY,
                                FAILED_CHECK,
                                FAILED_CHECK,
                                FAILED_CHECK,
                                FAILED_CHECK,
                                FAILED_CHECK),
                        "True/Degraded: 3 of 10 nodes are healthy: node-0 (" + FAILS + "), node-1 (" + FAILS + "),"
                                + " node-5 (" + FAILS + "), node-6 (" + FAILS + "),"
                                + " node-7 (" + FAILS + ") and 2 more"),
                arguments(
                        List.of(),
                        "False/NoHealthyNodes: The pool has no active node: see spec.nodes and ResolvedRefs."));
    }

    @ParameterizedTest
    @MethodSource
    void endpointsHealthy(List<Health> nodes, String expected) {
        var status = status(plan(nodes.size()), reports("training-0", nodes), null, T0);
        assertThat(said(status)).isEqualTo(expected);
    }

    @Test
    void aNodeThatOneGatewayEjectsIsUnhealthy() {
        var reports = new ArrayList<>(reports("training-0", List.of(HEALTHY, HEALTHY)));
        reports.addAll(reports("training-1", List.of(HEALTHY, EJECTED)));
        var status = status(plan(2), reports, null, T0);
        assertThat(status.nodes())
                .extracting(node -> node.name() + " " + node.state() + " " + node.reason())
                .containsExactly(
                        "node-1 Unhealthy ejected after errors or resets at 1 of 2 gateways", "node-0 Healthy null");
        assertThat(status.summary().healthy()).isEqualTo("1/2");
    }

    static Stream<Arguments> whatGatewaysSeeDifferently() {
        return Stream.of(
                arguments(
                        List.of(
                                List.of(FAILED_CHECK, FAILED_CHECK),
                                List.of(HEALTHY, HEALTHY),
                                List.of(HEALTHY, HEALTHY)),
                        "True/Degraded: no node is healthy at gateway training-0; 0 of 2 nodes are healthy at all gateways: "
                                + "node-0 (" + FAILS + " at 1 of 3 gateways), node-1 (" + FAILS
                                + " at 1 of 3 gateways)"),
                // Each gateway can use half of the nodes, although together they eject all.
                arguments(
                        List.of(List.of(FAILED_CHECK, HEALTHY), List.of(HEALTHY, EJECTED)),
                        "True/Degraded: 0 of 2 nodes are healthy at all gateways: " + "node-0 (" + FAILS
                                + " at 1 of 2 gateways), node-1 (ejected after errors or resets at 1 of 2 gateways)"),
                arguments(
                        List.of(
                                List.of(HEALTHY, EJECTED, EJECTED, EJECTED),
                                List.of(HEALTHY, HEALTHY, HEALTHY, EJECTED)),
                        "True/Degraded: fewer nodes than the 30 % of panicThresholdPercent are healthy at gateway training-0,"
                                + " so all are used there; 1 of 4 nodes are healthy at all gateways:"
                                + " node-1 (ejected after errors or resets at 1 of 2 gateways),"
                                + " node-2 (ejected after errors or resets at 1 of 2 gateways), node-3 (ejected after errors or resets)"),
                arguments(
                        List.of(
                                List.of(EJECTED),
                                List.of(EJECTED),
                                List.of(EJECTED),
                                List.of(EJECTED),
                                List.of(HEALTHY)),
                        "True/Degraded: no node is healthy at gateways training-0, training-1, training-2 and 1 more;"
                                + " 0 of 1 nodes are healthy at all gateways: node-0 (ejected after errors or resets at 4 of 5 gateways)"),
                arguments(
                        List.of(
                                List.of(EJECTED, EJECTED, EJECTED, EJECTED),
                                List.of(HEALTHY, EJECTED, EJECTED, EJECTED)),
                        "False/Panic: 0 of 4 nodes are healthy, fewer than the 30 % of panicThresholdPercent, so all are used:"
                                + " node-0 (ejected after errors or resets at 1 of 2 gateways), node-1 (ejected after errors or resets),"
                                + " node-2 (ejected after errors or resets), node-3 (ejected after errors or resets)"),
                // A new gateway has not checked any node yet.
                arguments(
                        List.of(List.of(EJECTED), List.of(UNCHECKED)),
                        "False/NoHealthyNodes: 0 of 1 nodes are healthy: node-0 (ejected after errors or resets at 1 of 2 gateways)"));
    }

    @ParameterizedTest
    @MethodSource
    void whatGatewaysSeeDifferently(List<List<Health>> gateways, String expected) {
        var reports = IntStream.range(0, gateways.size())
                .mapToObj(i -> reports("training-" + i, gateways.get(i)))
                .flatMap(List::stream)
                .toList();
        var status = status(plan(gateways.getFirst().size()), reports, null, T0);
        assertThat(said(status)).isEqualTo(expected);
    }

    @Test
    void aDecidedWeightIsShownWithItsReason() {
        var weights = List.of(weight("node-2", 0.1), weight("node-2", 40), weight("node-0", 50), weight("gone", 1));
        var seen = new PoolStatuses.Observation(
                List.of(), plan(3), weights, reports("training-0", List.of(EJECTED, HEALTHY, HEALTHY)));
        var status = PoolStatuses.of(new StoragePool(), 1, seen, null, T0);
        assertThat(status.nodes())
                .extracting(node -> node.name() + " " + node.state() + " " + node.weightPercent() + " " + node.reason())
                .containsExactly(
                        "node-0 Unhealthy 0 ejected after errors or resets",
                        "node-2 Healthy 0 gets 0.1 % of its weight: slower than the others",
                        "node-1 Healthy 100 null");
        assertThat(status.healthyNodes()).isEqualTo(2);
    }

    private static NodeWeight weight(String node, double percent) {
        return new NodeWeight(new Node("objectscale", node), percent, new Terms("slower than the others", T0, T0, T1));
    }

    @Test
    void aCheckTimeoutIsReportedSeparately() {
        var silent = status(plan(1), reports("training-0", List.of(Health.TIMED_OUT_CHECK)), null, T0);
        assertThat(silent.nodes().getFirst().reason())
                .isEqualTo("fails its health check: HEAD / at port 9021 gets no response within 1000 ms");
    }

    @Test
    void aBrokenCheckIsReportedSeparatelyFromAnUnexpectedResponse() {
        assertThat(reason(Health.BROKEN_CHECK, 0)).endsWith(" is refused, reset or answered without HTTP");
        assertThat(reason(Health.ANSWERED_CHECK, 503)).endsWith(" is answered with 503 without the expected body");
    }

    private static String reason(Health health, int checkStatus) {
        var report = new NodeReport("training-0", "10.0.0.0", 9021, health, checkStatus);
        return status(plan(1), List.of(report), null, T0).nodes().getFirst().reason();
    }

    /** The API server rejects the whole status if a reason is longer. */
    @Test
    void aReasonFitsIntoTheStatus() {
        var pool = plan(1);
        var check = pool.health().active();
        var probe = new HealthPlan.HttpProbe("OPTIONS", "/" + "p".repeat(100), List.of(), null, false);
        var wordy = new PoolPlan(
                pool.name(),
                List.of(new NodePlan("node-0", "10.0.0.0", 19021, "", 100, false)),
                pool.tls(),
                new HealthPlan(
                        new HealthPlan.Active(probe, null, check.interval(), check.timeout(), 2, 2),
                        pool.health().passive(),
                        30),
                pool.limits(),
                pool.balancing());
        var seen = IntStream.range(0, 100)
                .mapToObj(i -> new NodeReport(
                        "training-" + i, "10.0.0.0", 19021, i == 0 ? HEALTHY : Health.UNTRUSTED_CHECK, 0))
                .toList();
        var reason = status(wordy, seen, null, T0).nodes().getFirst().reason();
        assertThat(reason).hasSizeLessThanOrEqualTo(256).endsWith(" at 99 of 100 gateways");
    }

    @Test
    void aFullListHasNoRemainder() {
        var failed = status(plan(5), reports("training-0", Collections.nCopies(5, FAILED_CHECK)), null, T0);
        assertThat(said(failed)).endsWith("node-4 (" + FAILS + ")");
    }

    @Test
    void drainingAndDisabledNodesAreShownAndNotCounted() {
        var pool = Serialization.unmarshal("""
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: objectscale, namespace: ai}
                spec:
                  nodes:
                    static:
                    - {name: spare, address: 10.0.0.9, port: 9021, state: Disabled}
                    - {name: used, address: "2001:db8::1", port: 9021}
                """, StoragePool.class);
        var plan = PoolPlans.of(List.of(
                new NodePlan("used", "2001:db8::1", 9021, "", 100, false),
                new NodePlan("leaving", "10.0.0.8", 9021, "", 0, true)));
        var reports = List.of(
                new NodeReport("training-0", "2001:db8::1", 9021, HEALTHY),
                new NodeReport("training-0", "10.0.0.8", 9021, FAILED_CHECK));
        var status =
                PoolStatuses.of(pool, 1, new PoolStatuses.Observation(List.of(), plan, List.of(), reports), null, T0);

        assertThat(status.nodes())
                .extracting(node -> node.name() + " " + node.address() + " " + node.state() + " " + node.weightPercent()
                        + " " + node.reason())
                .containsExactly(
                        "leaving 10.0.0.8:9021 Draining 0 drained by spec.nodes",
                        "spare 10.0.0.9:9021 Disabled 0 disabled by spec.nodes",
                        "used [2001:db8::1]:9021 Healthy 100 null");
        assertThat(said(status)).isEqualTo("True/AllHealthy: 1 of 1 nodes are healthy.");
    }

    @Test
    void reportsOnOtherAddressesOrPortsAreIgnored() {
        var others = List.of(
                new NodeReport("training-0", "10.0.0.0", 9020, FAILED_CHECK),
                new NodeReport("training-0", "10.0.0.7", 9021, FAILED_CHECK));
        assertThat(status(plan(1), others, null, T0).nodes())
                .extracting(NodeStatus::state)
                .containsExactly(StoragePoolStatus.State.Unknown);
    }

    @Test
    void aNodeIsInItsStateSinceItEnteredIt() {
        var up = status(plan(1), reports("training-0", List.of(HEALTHY)), null, T0);
        assertThat(status(plan(1), reports("training-0", List.of(HEALTHY)), up, T1))
                .isEqualTo(up);
        assertThat(status(plan(1), reports("training-0", List.of(FAILED_CHECK)), up, T1)
                        .nodes())
                .extracting(NodeStatus::since)
                .containsExactly("2026-11-01T00:00:30Z");
    }

    @Test
    void anUnusedPoolIsUnknown() {
        assertThat(said(status(null, List.of(), null, T0)))
                .isEqualTo("Unknown/Unknown: No DataPath uses this pool, so no gateway checks its nodes.");
    }

    private static String said(StoragePoolStatus status) {
        var condition = Conditions.find(status.conditions(), ConditionName.EndpointsHealthy)
                .orElseThrow();
        return condition.getStatus() + "/" + condition.getReason() + ": " + condition.getMessage();
    }

    private static StoragePoolStatus status(
            PoolPlan plan, List<NodeReport> reports, StoragePoolStatus previous, Instant now) {
        return PoolStatuses.of(
                new StoragePool(), 1, new PoolStatuses.Observation(List.of(), plan, List.of(), reports), previous, now);
    }

    private static List<NodeReport> reports(String gateway, List<Health> nodes) {
        return IntStream.range(0, nodes.size())
                .mapToObj(i -> new NodeReport(gateway, "10.0.0." + i, 9021, nodes.get(i)))
                .toList();
    }

    private static PoolPlan plan(int nodes) {
        return PoolPlans.of(IntStream.range(0, nodes)
                .mapToObj(i -> new NodePlan("node-" + i, "10.0.0." + i, 9021, "", 100, false))
                .toList());
    }
}
