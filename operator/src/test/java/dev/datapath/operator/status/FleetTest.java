package dev.datapath.operator.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FleetTest {
    private static final String BIND =
            "Error adding/updating listener(s) s3: cannot bind '127.0.0.1:8080': Address already in use";

    static Stream<Arguments> programmed() {
        return Stream.of(
                arguments(
                        "every gateway runs it",
                        fleet(2, running("a-0"), running("a-1")),
                        "True/Programmed: All 2 gateways run 3f9a."),
                arguments(
                        "the only gateway runs it",
                        fleet(1, running("a-0")),
                        "True/Programmed: The gateway runs 3f9a."),
                arguments(
                        "a rollout stands still",
                        fleet(
                                1,
                                running("a-0"),
                                new GatewayView(
                                        "b-0", false, false, List.of(), "waits: ImagePullBackOff: no such image")),
                        "True/Programmed: The gateway runs 3f9a. Warning: gateway b-0 waits: ImagePullBackOff: no such image."
                                + " The serving gateways are kept until it is ready."),
                arguments(
                        "one is behind",
                        fleet(2, running("a-0"), new GatewayView("a-1", true, false, List.of(), "")),
                        "False/Pending: 1/2 gateways run 3f9a"),
                arguments(
                        "one that starts without an operator would run something older",
                        fleet(1, running("a-0")).with(new Fleet.Obstacle.NotStored("Secret ai/x is refused")),
                        "False/Pending: The gateways run it, but it could not be stored for gateways that start while no operator is"
                                + " available. Such gateways would start with an older configuration: Secret ai/x is refused"),
                arguments(
                        "one is down and acknowledged before it went",
                        fleet(2, running("a-0"), new GatewayView("a-1", false, true, List.of(), "ended (pid 7)")),
                        "False/Pending: 1/2 gateways run 3f9a: gateway a-1 ended (pid 7)"),
                arguments(
                        "none is ready",
                        fleet(1, new GatewayView("a-0", false, false, List.of(), "ended (pid 7): bad flag")),
                        "False/NoGateways: No gateway is ready: gateway a-0 ended (pid 7): bad flag"),
                arguments(
                        "none is known", fleet(1), "False/NoGateways: No gateway is ready; the gateways are starting"),
                arguments(
                        "a quota forbids more",
                        shortOf(3, "Kubernetes cannot create more pods: exceeded quota: q", running("a-0")),
                        "False/Pending: 1/3 gateways run 3f9a: Kubernetes cannot create more pods: exceeded quota: q"),
                arguments(
                        "a quota forbids all",
                        shortOf(3, "Kubernetes cannot create more pods: exceeded quota: q"),
                        "False/NoGateways: No gateway is ready: Kubernetes cannot create more pods: exceeded quota: q"),
                arguments(
                        "no node fits",
                        shortOf(0, "No gateway is desired, because no node matches"),
                        "False/NoGateways: No gateway is desired, because no node matches."),
                arguments(
                        "no node fits, and gateways of a Deployment still serve",
                        shortOf(0, "No gateway is desired, because no node matches", running("a-0"), running("a-1")),
                        "False/Pending: No gateway is desired, because no node matches. The previous gateways still serve."),
                arguments(
                        "none is asked for",
                        fleet(0),
                        "False/NoGateways: No gateway is desired: increase spec.gateway.replicas."),
                arguments(
                        "one refuses it",
                        fleet(2, running("a-0"), new GatewayView("a-1", true, false, List.of("missing ): (("), "")),
                        "False/Rejected: gateway a-1: missing ): (("),
                arguments(
                        "a port is in use",
                        fleet(1, new GatewayView("a-0", true, false, List.of(BIND), "")),
                        "False/Rejected: listener s3 of gateway a-0 cannot open 127.0.0.1:8080 (address already in use): "
                                + "stop the program, or the gateway of another DataPath, that uses it, or choose another port in spec.listeners; until then this is retried"),
                arguments(
                        "what it is made of cannot be read",
                        new Fleet(
                                1,
                                List.of(running("a-0")),
                                "",
                                0,
                                "",
                                new Fleet.Obstacle.Blocked("Secret a cannot be read")),
                        "False/Blocked: Secret a cannot be read"),
                arguments(
                        "nothing is valid",
                        new Fleet(1, List.of(running("a-0")), "3f9a", 0, ""),
                        "False/Invalid: No listener can be served: see the findings on spec.listeners."));
    }

    @Test
    void aVersionThatEveryServingGatewayRunsIsDelivered() {
        var lost = new GatewayView("a-1", false, true, List.of(), "its node does not answer");
        var behind = new GatewayView("a-1", true, false, List.of(), "");
        assertThat(fleet(2, running("a-0"), lost).delivered()).isTrue();
        assertThat(fleet(2, running("a-0"), lost).allAcknowledged()).isFalse();
        assertThat(fleet(2, running("a-0"), running("a-1")).allAcknowledged()).isTrue();
        assertThat(fleet(2, running("a-0"), behind).delivered()).isFalse();
        assertThat(fleet(1, lost).delivered()).isFalse();
        assertThat(new Fleet(1, List.of(running("a-0")), "", 1, "").delivered()).isFalse();
        assertThat(new Fleet(1, List.of(running("a-0")), "3f9a", 1, "a defect").delivered())
                .isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void programmed(String situation, Fleet fleet, String expected) {
        var draft = fleet.programmed();
        assertThat(draft.status() + "/" + draft.reason() + ": " + draft.message())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("programmed")
    void isNeverTrueWithoutEveryGateway(String situation, Fleet fleet, String expected) {
        var serving = fleet.gateways().stream().filter(GatewayView::ready).toList();
        boolean all = !serving.isEmpty()
                && serving.size() == fleet.desired()
                && serving.stream().allMatch(GatewayView::synced)
                && fleet.gateways().stream().noneMatch(GatewayView::rejecting)
                && !(fleet.obstacle() instanceof Fleet.Obstacle.NotStored)
                && fleet.listeners() > 0;
        assertThat(fleet.programmed().status() == ConditionStatus.True).isEqualTo(all);
    }

    /** The gateway runs the declared configuration. */
    @Test
    void aGatewayThatRejectsADecisionOfTheOperatorIsInAWarning() {
        var rejecting = new GatewayView("a-1", true, true, List.of("malformed IP address"), "");
        var fleet = fleet(2, running("a-0"), rejecting);
        var draft = fleet.programmed();
        assertThat(draft.status() + "/" + draft.reason() + ": " + draft.message())
                .isEqualTo(
                        "True/Programmed: All 2 gateways run 3f9a. Warning: decisions of the operator, such as weights of"
                                + " nodes, are rejected, and the previous ones stay in force: gateway a-1: malformed IP address");
        assertThat(fleet.rejected()).isEqualTo(1);
        assertThat(fleet.allAcknowledged()).isTrue();
    }

    static Fleet fleet(int desired, GatewayView... gateways) {
        return new Fleet(desired, List.of(gateways), "3f9a", 1, "");
    }

    private static Fleet shortOf(int desired, String why, GatewayView... gateways) {
        return new Fleet(desired, List.of(gateways), "3f9a", 1, "", null, why);
    }

    static GatewayView running(String name) {
        return new GatewayView(name, true, true, List.of(), "");
    }
}
