package dev.datapath.operator.engine;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Attachments;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.plan.Adjustments;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.PoolPlan;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result of the newest inputs of a DataPath.
 *
 * @param dataPath the declared DataPath
 * @param plan the plan in force; null before the first publication
 * @param adjustments the operator's decisions in force, as shown in status: they change at most once per
 *     {@link ManagedDataPath#SHOWN_PACE}
 * @param version content version of the declared and published configuration; empty before the first publication. Status shows it
 *     as {@code configVersion}
 * @param findings findings on all objects that the DataPath depends on
 * @param attachments the listeners at which rules of policies are in force
 * @param bytes estimated size of the gateway configuration for the plan in force
 * @param defect why the newest inputs could not be processed; empty when they could
 */
public record Outcome(
        DataPath dataPath,
        @Nullable GatewayPlan plan,
        Adjustments adjustments,
        String version,
        List<Finding> findings,
        Attachments attachments,
        long bytes,
        String defect) {
    public Outcome {
        findings = List.copyOf(findings);
    }

    /** Nothing is compiled yet. */
    static Outcome none(DataPath dataPath) {
        return new Outcome(dataPath, null, Adjustments.NONE, "", List.of(), Attachments.NONE, 0, "");
    }

    /** The newest inputs cannot be processed, so the previous plan stays in force. */
    Outcome withDefect(DataPath declared, String problem) {
        return new Outcome(declared, plan, adjustments, version, findings, attachments, bytes, problem);
    }

    /** A copy with other decisions in status. */
    Outcome withAdjustments(Adjustments others) {
        return new Outcome(dataPath, plan, others, version, findings, attachments, bytes, defect);
    }

    /** A copy with other findings. */
    Outcome withFindings(List<Finding> others) {
        return new Outcome(dataPath, plan, adjustments, version, others, attachments, bytes, defect);
    }

    /** The findings on one object. */
    public List<Finding> about(ObjectRef object) {
        return findings.stream()
                .filter(finding -> finding.object().equals(object))
                .toList();
    }

    /** The plan of a pool; empty when the gateways do not use it. */
    public Optional<PoolPlan> pool(String name) {
        return plan == null
                ? Optional.empty()
                : plan.pools().stream().filter(pool -> pool.name().equals(name)).findFirst();
    }
}
