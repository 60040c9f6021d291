package dev.datapath.operator.engine;

import dev.datapath.operator.compile.Compilation;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.plan.Adjustments;
import dev.datapath.operator.plan.GatewayPlan;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done with the newest inputs of a DataPath. The caller prepares what a new plan needs, such as the network, and then
 * has {@link ManagedDataPath#take} carry it out.
 */
public sealed interface Step {
    /** The inputs are those of the step before, and too young to be looked at again: nothing is to be done. */
    record Unchanged() implements Step {}

    /**
     * The inputs were compiled.
     *
     * @param plan to be published in place of the one in force; null when that is equal
     */
    record Compiled(
            ResourceSet inputs,
            Compilation compilation,
            @Nullable GatewayPlan plan) implements Step {}

    /**
     * The inputs are those of the step before, and other decisions are in force, or are to be shown. Nothing has to be prepared, and what
     * gateways acknowledged stays acknowledged.
     *
     * @param adjustments the decisions in force
     * @param now when they are
     */
    record Adjusted(Adjustments adjustments, Instant now) implements Step {}

    /** The compiler failed, which is a defect of this program: the plan in force stays. */
    record Failed(ResourceSet inputs, Throwable defect) implements Step {}
}
