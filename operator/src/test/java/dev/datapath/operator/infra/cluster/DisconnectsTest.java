package dev.datapath.operator.infra.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.xds.DataPathSync;
import dev.datapath.operator.xds.GatewayState;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DisconnectsTest {
    private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");
    private static final ObjectKey TRAINING = new ObjectKey("ai", "training");
    /** Ready for days. */
    private static final Pod A = pod("a");

    private static final Pod B = pod("b");

    private final Disconnects disconnects = new Disconnects();

    @Test
    void aBriefDisconnectCausesNoReplacement() {
        assertThat(overdue(T0, connected(T0, "b"), A, B)).isEmpty();
        assertThat(overdue(T0.plusSeconds(59), connected(T0, "b"), A, B)).isEmpty();
    }

    @Test
    void aDisconnectedGatewayBecomesOverdue() {
        overdue(T0, connected(T0, "b"), A, B);
        assertThat(overdue(T0.plus(Disconnects.PATIENCE), connected(T0, "b"), A, B))
                .contains(A);
    }

    @Test
    void aReconnectRestartsTheWait() {
        overdue(T0, connected(T0), A);
        overdue(T0.plusSeconds(30), connected(T0.plusSeconds(30), "a"), A);
        overdue(T0.plusSeconds(50), connected(T0), A);
        assertThat(overdue(T0.plusSeconds(100), connected(T0), A)).isEmpty();
        assertThat(overdue(T0.plusSeconds(110), connected(T0), A)).contains(A);
    }

    @Test
    void theLongestDisconnectedGatewayIsReplacedFirst() {
        overdue(T0, connected(T0, "a"), A, B);
        overdue(T0.plusSeconds(5), connected(T0), A, B);
        assertThat(overdue(T0.plusSeconds(90), connected(T0), A, B)).contains(B);
    }

    @Test
    void unsuccessfulReplacementsBecomeLessFrequent() {
        overdue(T0, connected(T0), A);
        var now = T0.plus(Disconnects.PATIENCE);
        for (var pause : List.of(120, 240, 480, 960, 1920, 1920)) {
            assertThat(overdue(now, connected(T0), A)).contains(A);
            disconnects.replaced(now);
            // The replacement has another name.
            overdue(now, connected(T0), B);
            overdue(now, connected(T0), A);
            assertThat(overdue(now.plusSeconds(pause - 1), connected(T0, "connected-before"), A))
                    .isEmpty();
            now = now.plusSeconds(pause);
        }
    }

    /** All gateways and replacements start without an operator, because the operator is unreachable. */
    @Test
    void aFleetThatCannotConnectIsNotReplacedRepeatedly() {
        var pods = new ArrayList<Pod>();
        for (int i = 0; i < 9; i++) {
            pods.add(alone("first-" + i));
        }
        int replacements = 0;
        for (int second = 0; second < 4 * 3600; second++) {
            var now = T0.plusSeconds(second);
            var overdue = overdue(now, connected(T0), pods.toArray(Pod[]::new));
            if (overdue.isPresent()) {
                disconnects.replaced(now);
                pods.remove(overdue.get());
                pods.add(alone("next-" + replacements++));
            }
        }
        assertThat(replacements).isBetween(9, 16);
    }

    @Test
    void aConnectedReplacementResetsTheBackoff() {
        overdue(T0, connected(T0), A, B);
        disconnects.replaced(T0.plusSeconds(60));
        assertThat(overdue(T0.plusSeconds(70), connected(T0), B)).isEmpty();
        assertThat(overdue(T0.plusSeconds(80), connected(T0.plusSeconds(75), "c"), B, pod("c")))
                .contains(B);
    }

    private Optional<Pod> overdue(Instant now, DataPathSync connected, Pod... pods) {
        var unconnected = GatewayPods.unconnected(List.of(pods), connected).toList();
        return disconnects.overdue(unconnected, connected, now);
    }

    private static DataPathSync connected(Instant since, String... pods) {
        return new DataPathSync(
                TRAINING.toString(),
                List.of(pods).stream()
                        .map(pod -> new GatewayState(pod, since, "v1", Map.of()))
                        .toList());
    }

    /** A pod that became ready only after its wait for an operator. */
    private static Pod alone(String name) {
        return Serialization.unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: ai}
                spec: {containers: [{name: envoy, env: [{name: DATAPATH_FALLBACK_AFTER, value: "10"}]}]}
                status:
                  phase: Running
                  conditions: [{type: Ready, status: "True", lastTransitionTime: "2026-10-01T00:00:11Z"}]
                  containerStatuses: [{state: {running: {startedAt: "2026-10-01T00:00:00Z"}}}]
                """.formatted(name), Pod.class);
    }

    private static Pod pod(String name) {
        return Serialization.unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: ai}
                status:
                  phase: Running
                  conditions: [{type: Ready, status: "True", lastTransitionTime: "2026-10-01T00:00:00Z"}]
                """.formatted(name), Pod.class);
    }
}
