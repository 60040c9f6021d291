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
 * What came of the newest inputs of a DataPath.
 *
 * @param dataPath the DataPath as it was declared
 * @param plan the plan in force; null until the first one was published
 * @param adjustments the operator's decisions that are in force, as status shows them: they change at most once in
 *     {@link ManagedDataPath#SHOWN_PACE}
 * @param version content version of what was declared and published; empty until then. Status shows it as {@code configVersion}
 * @param findings what is wrong, of any object that the DataPath depends on
 * @param attachments at which listeners the rules of policies are in force
 * @param bytes how much gateway configuration the plan in force is, estimated
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

    /** Nothing was compiled yet. */
    static Outcome none(DataPath dataPath) {
        return new Outcome(dataPath, null, Adjustments.NONE, "", List.of(), Attachments.NONE, 0, "");
    }

    /** The newest inputs cannot be processed: what was in force stays. */
    Outcome withDefect(DataPath declared, String problem) {
        return new Outcome(declared, plan, adjustments, version, findings, attachments, bytes, problem);
    }

    /** The same with other decisions shown. */
    Outcome withAdjustments(Adjustments others) {
        return new Outcome(dataPath, plan, others, version, findings, attachments, bytes, defect);
    }

    /** The same with other findings. */
    Outcome withFindings(List<Finding> others) {
        return new Outcome(dataPath, plan, adjustments, version, others, attachments, bytes, defect);
    }

    /** What is wrong with one object. */
    public List<Finding> about(ObjectRef object) {
        return findings.stream()
                .filter(finding -> finding.object().equals(object))
                .toList();
    }

    /** How the gateways use a pool of their namespace; none when they do not. */
    public Optional<PoolPlan> pool(String name) {
        return plan == null
                ? Optional.empty()
                : plan.pools().stream().filter(pool -> pool.name().equals(name)).findFirst();
    }
}
