package dev.datapath.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionsTest {
    private static final Instant T0 = Instant.parse("2026-11-01T00:00:00.5Z");

    @Test
    void transitionTimeChangesOnlyWithTheStatus() {
        var first = Conditions.next(List.of(), List.of(draft(ConditionStatus.False, "1/2 gateways")), 1, T0);
        assertThat(first).extracting(Condition::getLastTransitionTime).containsExactly("2026-11-01T00:00:00Z");

        var other = Conditions.next(first, List.of(draft(ConditionStatus.False, "0/2 gateways")), 2, T0.plusSeconds(5));
        assertThat(other).extracting(Condition::getLastTransitionTime).containsExactly("2026-11-01T00:00:00Z");
        assertThat(other).extracting(Condition::getMessage).containsExactly("0/2 gateways");
        assertThat(other).extracting(Condition::getObservedGeneration).containsExactly(2L);

        var good = Conditions.next(other, List.of(draft(ConditionStatus.True, "All")), 2, T0.plusSeconds(9));
        assertThat(good).extracting(Condition::getLastTransitionTime).containsExactly("2026-11-01T00:00:09Z");
    }

    @Test
    void equalConditionsCauseNoChange() {
        var first = Conditions.next(List.of(), List.of(draft(ConditionStatus.True, "All")), 1, T0);
        assertThat(Conditions.next(first, List.of(draft(ConditionStatus.True, "All")), 1, T0.plusSeconds(60)))
                .isEqualTo(first);
    }

    @Test
    void aMessageHasABound() {
        var draft = draft(ConditionStatus.True, "x".repeat(5000));
        assertThat(draft.message()).hasSize(ConditionDraft.MAX_MESSAGE).endsWith("...");
    }

    private static ConditionDraft draft(ConditionStatus status, String message) {
        return ConditionDraft.of(ConditionName.Programmed, status, ProgrammedReason.Pending, message);
    }
}
