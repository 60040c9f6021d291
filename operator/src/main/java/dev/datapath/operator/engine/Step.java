package dev.datapath.operator.engine;

import dev.datapath.operator.compile.Compilation;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.plan.Adjustments;
import dev.datapath.operator.plan.GatewayPlan;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The next step for the newest inputs of a DataPath. The caller prepares what a new plan needs, such as the NetworkPolicy, and then
 * calls {@link ManagedDataPath#take} to execute the step.
 */
public sealed interface Step {
    /** The inputs equal those of the previous step, and they are too recent to be compiled again: there is nothing to do. */
    record Unchanged() implements Step {}

    /**
     * The inputs were compiled.
     *
     * @param plan the plan to publish; null when it equals the plan in force
     */
    record Compiled(
            ResourceSet inputs,
            Compilation compilation,
            @Nullable GatewayPlan plan) implements Step {}

    /**
     * The inputs equal those of the previous step, and the decisions in force or those in status changed. No preparation is needed,
     * and acknowledged configuration stays acknowledged.
     *
     * @param adjustments the decisions in force
     * @param now the current time
     */
    record Adjusted(Adjustments adjustments, Instant now) implements Step {}

    /** The compiler failed because of a defect of this program. The plan stays in force. */
    record Failed(ResourceSet inputs, Throwable defect) implements Step {}
}
