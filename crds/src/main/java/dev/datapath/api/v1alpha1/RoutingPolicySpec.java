package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/**
 * The specification of a RoutingPolicy.
 *
 * @param targetRefs the DataPaths that the rules apply to, 1 to 16
 * @param rules 1 to {@link #MAX_RULES} rules, unique by name
 */
@ApiRecord
public record RoutingPolicySpec(
        @Required @JsonPropertyDescription("DataPaths that the rules apply to.") @Size(min = 1, max = 16)
        List<TargetReference> targetRefs,

        @Required
        @JsonPropertyDescription(
                "Rules for requests. The most specific match wins: exact bucket, longest bucket prefix, any bucket; longer key prefix; fewer operations; more other conditions; then the older policy, its namespace and name, and the order here.")
        @Size(min = 1, max = MAX_RULES)
        List<RoutingRule> rules) {

    /** Maximum rules of one policy, because of CEL cost and the size of an object. */
    public static final int MAX_RULES = 256;

    public RoutingPolicySpec {
        targetRefs = Absent.or(targetRefs);
        rules = Absent.or(rules);
    }
}
