package dev.datapath.operator.compile;

import dev.datapath.operator.plan.GatewayPlan;
import java.util.List;
import java.util.Map;

/**
 * What compile made of a {@link ResourceSet}.
 *
 * @param plan what the gateways shall do; has no listeners when none can be served
 * @param findings sorted, without repetition
 * @param attachedPolicies for each listener, how many RoutingPolicies have a rule in force there
 * @param bytes how much gateway configuration the plan becomes, estimated; bounded by {@link ResourceSet#room}
 */
public record Compilation(GatewayPlan plan, List<Finding> findings, Map<String, Integer> attachedPolicies, long bytes) {

    public Compilation {
        findings = List.copyOf(findings);
        attachedPolicies = Map.copyOf(attachedPolicies);
    }
}
