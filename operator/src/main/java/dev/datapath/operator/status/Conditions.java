package dev.datapath.operator.status;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Derives the next conditions from the previous ones. */
public final class Conditions {
    private Conditions() {}

    /**
     * The conditions to write. {@code lastTransitionTime} changes only when the status changes, as the API conventions
     * require.
     */
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

    /**
     * One word for the column Status of {@code kubectl get}: the reason of the first condition that is False, otherwise
     * of the first that is Unknown, otherwise of the last one. Therefore an object with an error never shows a reason
     * of success.
     *
     * @return null when there are no conditions
     */
    static @Nullable String summary(List<Condition> conditions) {
        return Stream.of("False", "Unknown")
                .flatMap(status -> conditions.stream()
                        .filter(condition -> status.equals(condition.getStatus()))
                        .limit(1))
                .findFirst()
                .or(() -> conditions.isEmpty() ? Optional.empty() : Optional.of(conditions.getLast()))
                .map(Condition::getReason)
                .orElse(null);
    }

    /** The condition of a type. */
    public static Optional<Condition> find(List<Condition> conditions, ConditionName type) {
        return conditions.stream()
                .filter(condition -> type.name().equals(condition.getType()))
                .findFirst();
    }
}
