package dev.datapath.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.StoragePoolStatus.NodeStatus;
import dev.datapath.api.v1alpha1.StoragePoolStatus.State;
import dev.datapath.operator.cluster.Transitions.Transition;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransitionsTest {

    @Test
    void changedConditionIsATransition() {
        assertThat(Transitions.ofConditions(
                        List.of(condition("True", "Programmed", "all run 1")),
                        List.of(condition("False", "Rejected", "no such cipher"))))
                .containsExactly(new Transition(true, "Rejected", "Programmed: no such cipher"));
        assertThat(Transitions.ofConditions(
                        List.of(condition("False", "Rejected", "no such cipher")),
                        List.of(condition("True", "Programmed", "all run 2"))))
                .containsExactly(new Transition(false, "Programmed", "Programmed: all run 2"));
    }

    @Test
    void changedMessageOrTransientStateIsNoTransition() {
        assertThat(Transitions.ofConditions(
                        List.of(condition("True", "Programmed", "all run 1")),
                        List.of(condition("True", "Programmed", "all run 2"))))
                .isEmpty();
        assertThat(Transitions.ofConditions(
                        List.of(condition("True", "Programmed", "all run 1")),
                        List.of(condition("False", "Pending", "1/2 gateways run 2"))))
                .isEmpty();
    }

    @Test
    void failedOrRecoveredNodeIsATransition() {
        assertThat(Transitions.ofNodes(List.of(node(State.Healthy)), List.of(node(State.Unhealthy))))
                .containsExactly(new Transition(true, "NodeUnhealthy", "node-1 (10.0.0.1:9000): why"));
        assertThat(Transitions.ofNodes(List.of(node(State.Unhealthy)), List.of(node(State.Healthy))))
                .containsExactly(new Transition(false, "NodeHealthy", "node-1 (10.0.0.1:9000) is healthy again"));
        assertThat(Transitions.ofNodes(List.of(), List.of(node(State.Healthy)))).isEmpty();
    }

    private static NodeStatus node(State state) {
        return new NodeStatus("node-1", "10.0.0.1:9000", state, 100, "why", null);
    }

    private static Condition condition(String status, String reason, String message) {
        return new ConditionBuilder()
                .withType("Programmed")
                .withStatus(status)
                .withReason(reason)
                .withMessage(message)
                .build();
    }
}
