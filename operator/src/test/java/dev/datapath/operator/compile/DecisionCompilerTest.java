package dev.datapath.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.model.Decisions;
import dev.datapath.operator.model.Decisions.Decision;
import dev.datapath.operator.model.Decisions.Node;
import dev.datapath.operator.model.Decisions.NodeWeight;
import dev.datapath.operator.model.Decisions.Terms;
import dev.datapath.operator.plan.Adjustments;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DecisionCompilerTest {
    private static final Instant NOW = TestCertificates.NOW;
    private static final ResourceSet DECLARED = World.of("""
            apiVersion: datapath.dev/v1alpha1
            kind: DataPath
            metadata: {name: d, namespace: n}
            spec: {listeners: [{name: s3, protocol: HTTP, port: 8080}], poolRef: {name: store}}
            ---
            apiVersion: datapath.dev/v1alpha1
            kind: StoragePool
            metadata: {name: store, namespace: n}
            spec:
              nodes:
                static:
                - {name: one, address: 10.0.0.1, port: 80}
                - {name: two, address: 10.0.0.2, port: 80}
                - {name: drained, address: 10.0.0.3, port: 80, state: Drain}
                - {name: off, address: 10.0.0.4, port: 80, state: Disabled}
            ---
            apiVersion: datapath.dev/v1alpha1
            kind: StoragePool
            metadata: {name: unused, namespace: n}
            spec: {nodes: {static: [{name: one, address: 10.0.0.1, port: 80}]}}
            """).resources(null);

    @Test
    void decisionIsAnAdjustmentOfThePlan() {
        var weight = weight("store", "one", 1);
        var decided = Compiler.compile(DECLARED.with(new Decisions(List.of(weight))));
        assertThat(decided.adjustments()).isEqualTo(new Adjustments(Map.of("store", List.of(weight))));
        assertThat(decided.adjustments().percents("store")).isEqualTo(Map.of("one", 1.0));
        assertThat(decided.adjustments().nextExpiry()).contains(NOW.plusSeconds(60));

        var declared = Compiler.compile(DECLARED);
        assertThat(decided.plan()).isEqualTo(declared.plan());
        assertThat(decided.findings()).isEqualTo(declared.findings());
        assertThat(declared.adjustments()).isEqualTo(Adjustments.NONE);
    }

    @Test
    void decisionsAboutOtherPoolsAndNodesAreNotInForce() {
        assertThat(adjustments(
                        NOW,
                        weight("unknown", "one", 1),
                        weight("unused", "one", 1),
                        weight("store", "gone", 1),
                        weight("store", "drained", 1),
                        weight("store", "off", 1)))
                .isEqualTo(Adjustments.NONE);
    }

    @Test
    void expiredDecisionIsNotInForce() {
        assertThat(adjustments(NOW.plusSeconds(59), weight("store", "one", 1)).isEmpty())
                .isFalse();
        assertThat(adjustments(NOW.plusSeconds(60), weight("store", "one", 1))).isEqualTo(Adjustments.NONE);
    }

    @Test
    void fullWeightIsNoAdjustment() {
        assertThat(adjustments(NOW, weight("store", "one", 100))).isEqualTo(Adjustments.NONE);
    }

    @Test
    void decisionsThatLeaveNoNodeWithAShareAreNotInForce() {
        assertThat(adjustments(NOW, weight("store", "one", 0), weight("store", "two", 0)))
                .isEqualTo(Adjustments.NONE);
        assertThat(adjustments(NOW, weight("store", "one", 0), weight("store", "two", 0.01))
                        .percents("store"))
                .isEqualTo(Map.of("one", 0.0, "two", 0.01));
    }

    private static Adjustments adjustments(Instant now, Decision... decisions) {
        return Compiler.adjustments(Compiler.compile(DECLARED).plan(), new Decisions(List.of(decisions)), now);
    }

    private static NodeWeight weight(String pool, String node, double percent) {
        return new NodeWeight(
                new Node(pool, node), percent, new Terms("slow", NOW, NOW.plusSeconds(10), NOW.plusSeconds(60)));
    }
}
