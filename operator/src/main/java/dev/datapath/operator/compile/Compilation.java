package dev.datapath.operator.compile;

import dev.datapath.operator.model.Finding;
import dev.datapath.operator.plan.Adjustments;
import dev.datapath.operator.plan.GatewayPlan;
import java.util.List;

/**
 * The result of compiling a {@link ResourceSet}.
 *
 * @param plan the desired state of the gateways; without listeners when none can be served
 * @param adjustments the operator's decisions in force, which are not part of the plan
 * @param findings sorted, without duplicates
 * @param attachments the listeners at which rules of RoutingPolicies are in force
 * @param bytes estimated size of the gateway configuration for the plan; bounded by {@link ResourceSet#room}
 */
public record Compilation(
        GatewayPlan plan, Adjustments adjustments, List<Finding> findings, Attachments attachments, long bytes) {

    public Compilation {
        findings = List.copyOf(findings);
    }
}
