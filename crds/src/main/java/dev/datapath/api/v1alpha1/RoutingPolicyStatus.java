package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The observed state of a RoutingPolicy, for each object it attaches to (GEP-713 PolicyStatus).
 *
 * @param ancestors one entry for each target
 * @param summary values of the columns of {@code kubectl get}
 */
@ApiRecord
public record RoutingPolicyStatus(
        @JsonPropertyDescription("State of the policy at each of its targets.") @Size(max = 16)
        List<AncestorStatus> ancestors,

        @JsonPropertyDescription("Values of the columns of kubectl get.") @Nullable
        Summary summary) {

    /** Name of the controller that writes the status, as GEP-713 requires. */
    public static final String CONTROLLER_NAME = "datapath.dev/operator";

    public RoutingPolicyStatus {
        ancestors = Absent.or(ancestors);
    }

    /**
     * State of the policy at one target.
     *
     * @param ancestorRef the target
     * @param controllerName controller that wrote the entry
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
                    "Accepted: the policy is valid and in force. ResolvedRefs: all references are resolved. Programmed: every ready gateway runs it.")
            @Size(max = 16)
            List<Condition> conditions) {

        public AncestorStatus {
            conditions = Absent.or(conditions);
        }
    }

    /**
     * Values of columns.
     *
     * @param status reason of the first condition that is False, at any target; otherwise of the first Unknown;
     *     otherwise of the last
     */
    @ApiRecord
    public record Summary(
            @JsonPropertyDescription(
                    "Reason of the first condition that is False, at any target; otherwise of the first that is Unknown; otherwise of the last one. Such as PoolNotFound, Programmed.")
            @Size(max = 64)
            @Nullable
            String status) {}
}
