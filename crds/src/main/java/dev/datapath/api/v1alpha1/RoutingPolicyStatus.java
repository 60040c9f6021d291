package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;

/**
 * What was seen of a RoutingPolicy, for each object it attaches to (GEP-713 PolicyStatus).
 *
 * @param ancestors one entry for each target
 */
@ApiRecord
public record RoutingPolicyStatus(
        @JsonPropertyDescription("State of the policy at each of its targets.") @Size(max = 16)
        List<AncestorStatus> ancestors) {

    /** Name of the controller that writes the status, as GEP-713 asks for. */
    public static final String CONTROLLER_NAME = "datapath.dev/operator";

    public RoutingPolicyStatus {
        ancestors = Absent.or(ancestors);
    }

    /**
     * State of the policy at one target.
     *
     * @param ancestorRef the target
     * @param controllerName who wrote the entry
     * @param conditions Accepted, ResolvedRefs and Programmed
     */
    @ApiRecord
    public record AncestorStatus(
            @Required @JsonPropertyDescription("The target.")
            TargetReference ancestorRef,

            @Required
            @JsonPropertyDescription("Controller that wrote this entry.")
            @Size(min = 1, max = 253)
            @Pattern("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?/[A-Za-z0-9._~/-]+$")
            String controllerName,

            @JsonPropertyDescription(
                    "Accepted: the policy is valid and in force. ResolvedRefs: the pools it names exist. Programmed: every ready gateway runs it.")
            @Size(max = 16)
            List<Condition> conditions) {

        public AncestorStatus {
            conditions = Absent.or(conditions);
        }
    }
}
