package dev.datapath.operator.compile;

import dev.datapath.operator.model.Finding;
import dev.datapath.operator.plan.Adjustments;
import dev.datapath.operator.plan.GatewayPlan;
import java.util.List;

/**
 * What compile made of a {@link ResourceSet}.
 *
 * @param plan what the gateways shall do; has no listeners when none can be served
 * @param adjustments the operator's decisions that are in force beside the plan
 * @param findings sorted, without repetition
 * @param attachments at which listeners the rules of RoutingPolicies are in force
 * @param bytes how much gateway configuration the plan becomes, estimated; bounded by {@link ResourceSet#room}
 */
public record Compilation(
        GatewayPlan plan, Adjustments adjustments, List<Finding> findings, Attachments attachments, long bytes) {

    public Compilation {
        findings = List.copyOf(findings);
    }
}
