package dev.datapath.operator.status;

import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.ServiceLevelObjectiveStatus;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The status of a ServiceLevelObjective. This version validates objectives but does not count events yet; the status
 * reports this.
 */
public final class ObjectiveStatuses {
    private static final String NOT_MEASURED =
            "This version of datapath validates objectives but does not measure them.";

    private ObjectiveStatuses() {}

    /**
     * The status to write; equal to {@code previous} when nothing changed.
     *
     * @param findings findings on the objective, from the compilation of its target; null when the DataPath does not
     *     exist
     */
    public static ServiceLevelObjectiveStatus of(
            ServiceLevelObjective objective,
            long generation,
            @Nullable List<Finding> findings,
            @Nullable ServiceLevelObjectiveStatus previous,
            Instant now) {
        var drafts = new ArrayList<ConditionDraft>();
        if (findings == null) {
            var target = objective.getSpec() == null
                    ? ""
                    : objective.getSpec().targetRef().name();
            drafts.add(
                    ConditionDraft.of(
                            ConditionName.Accepted,
                            ConditionStatus.False,
                            Reason.TargetNotFound,
                            "There is no DataPath " + target
                                    + " in this namespace, or it is being deleted: create it, or correct the name in spec.targetRef."));
        } else {
            drafts.addAll(Findings.conditions(findings, "the objective"));
        }
        drafts.add(ConditionDraft.of(
                ConditionName.MetricsAvailable, ConditionStatus.False, MeasureReason.NotMeasured, NOT_MEASURED));
        drafts.add(
                ConditionDraft.of(ConditionName.Met, ConditionStatus.Unknown, MeasureReason.NotMeasured, NOT_MEASURED));
        var conditions = Conditions.next(previous == null ? List.of() : previous.conditions(), drafts, generation, now);
        return new ServiceLevelObjectiveStatus(
                generation,
                null,
                null,
                List.of(),
                List.of(),
                null,
                null,
                List.of(),
                conditions,
                new ServiceLevelObjectiveStatus.Summary(null, Conditions.summary(conditions)));
    }
}
