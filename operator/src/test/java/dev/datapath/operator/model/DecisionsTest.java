package dev.datapath.operator.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.datapath.operator.model.Decisions.Decision;
import dev.datapath.operator.model.Decisions.Node;
import dev.datapath.operator.model.Decisions.NodeWeight;
import dev.datapath.operator.model.Decisions.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecisionsTest {
    private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");
    private static final Terms MINUTE = new Terms("slow", T0, T0.plusSeconds(10), T0.plusSeconds(60));

    @Test
    void theirOrderDoesNotMatter() {
        var one = new NodeWeight(new Node("store", "node-1"), 1, MINUTE);
        var two = new NodeWeight(new Node("store", "node-2"), 0, MINUTE);
        assertThat(new Decisions(List.of(two, one))).isEqualTo(new Decisions(List.of(one, two)));
    }

    @Test
    void thereIsOneForEachSubject() {
        var node = new Node("store", "node-1");
        var both = List.<Decision>of(new NodeWeight(node, 1, MINUTE), new NodeWeight(node, 2, MINUTE));
        assertThatThrownBy(() -> new Decisions(both))
                .hasMessage("there are two decisions on node node-1 of pool store");
    }

    @Test
    void theirNumberIsBounded() {
        var many = IntStream.rangeClosed(0, Decisions.MOST)
                .<Decision>mapToObj(i -> new NodeWeight(new Node("store", "node-" + i), 1, MINUTE))
                .toList();
        assertThat(new Decisions(many.subList(1, many.size())).all()).hasSize(Decisions.MOST);
        assertThatThrownBy(() -> new Decisions(many)).hasMessage("there are 513 decisions, at most 512 are allowed");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.01, 100.01, Double.NaN, Double.POSITIVE_INFINITY})
    void aWeightIsAPercentage(double percent) {
        assertThatThrownBy(() -> new NodeWeight(new Node("store", "node-1"), percent, MINUTE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aWeightHasTwoDecimals() {
        assertThat(new NodeWeight(new Node("store", "node-1"), 0.0501, MINUTE).percent())
                .isEqualTo(0.05);
    }

    @Test
    void namesAreBounded() {
        assertThatThrownBy(() -> new Node("store", "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Node("s".repeat(254), "node-1")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aReasonIsOneLineOfBoundedLength() {
        var terms = new Terms("slow\n" + "x".repeat(200), T0, T0, T0);
        assertThat(terms.reason())
                .hasSize(Decisions.LONGEST_REASON)
                .startsWith("slow\\nxx")
                .endsWith("x…");
        assertThat(new Terms(terms.reason(), T0, T0, T0)).isEqualTo(terms);
    }

    @Test
    void aDecisionExpiresAfterItsHoldTimeAndWithinAWeek() {
        assertThat(MINUTE.inForce(T0.plusSeconds(60).minusNanos(1))).isTrue();
        assertThat(MINUTE.inForce(T0.plusSeconds(60))).isFalse();
        assertThatThrownBy(() -> new Terms("", T0, T0.minusSeconds(1), T0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Terms("", T0, T0.plusSeconds(1), T0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Terms("", T0, T0, T0.plus(Duration.ofDays(8))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
