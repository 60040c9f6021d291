package dev.datapath.operator.status;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Carries conditions from one status to the next. */
public final class Conditions {
    private Conditions() {}

    /** The conditions to write: {@code lastTransitionTime} moves only when the status moves, as API conventions ask. */
    static List<Condition> next(List<Condition> previous, List<ConditionDraft> drafts, long generation, Instant now) {
        return drafts.stream()
                .map(draft -> new ConditionBuilder()
                        .withType(draft.type().name())
                        .withStatus(draft.status().name())
                        .withReason(draft.reason())
                        .withMessage(draft.message())
                        .withObservedGeneration(generation)
                        .withLastTransitionTime(find(previous, draft.type())
                                .filter(before -> draft.status().name().equals(before.getStatus()))
                                .map(Condition::getLastTransitionTime)
                                .orElseGet(() ->
                                        now.truncatedTo(ChronoUnit.SECONDS).toString()))
                        .build())
                .toList();
    }

    /** The condition of a type. */
    public static Optional<Condition> find(List<Condition> conditions, ConditionName type) {
        return conditions.stream()
                .filter(condition -> type.name().equals(condition.getType()))
                .findFirst();
    }
}
