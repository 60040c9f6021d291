package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where gateways may run.
 *
 * @param nodeSelector labels a node must have
 * @param tolerations taints that gateways tolerate
 * @param priorityClassName PriorityClass of the pods; null or empty means the cluster's default
 * @param spreadOver failure domains that gateways are spread over; an empty list disables spreading
 */
@ApiRecord
public record Placement(
        @JsonPropertyDescription("Labels that a node must have to run a gateway.") @Size(max = 32)
        Map<String, @Size(max = 63) @Pattern(Formats.LABEL_VALUE) String> nodeSelector,

        @JsonPropertyDescription(
                "Taints of nodes that gateways tolerate; the operator's administrator must allow their keys.")
        @Size(max = 32)
        List<Toleration> tolerations,

        @JsonPropertyDescription(
                "PriorityClass of the gateway pods; the cluster's default when absent or empty. The operator's administrator must allow it.")
        @Size(max = 253)
        @Pattern("^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$")
        @Nullable
        String priorityClassName,

        @Default("[\"Zone\", \"Host\"]")
        @JsonPropertyDescription(
                "Failure domains that gateways are spread over: Zone, Host. An empty list leaves it to the scheduler.")
        @Size(max = 2)
        @JsonInclude(JsonInclude.Include.ALWAYS)
        List<Domain> spreadOver) {

    private static final List<Domain> ZONE_AND_HOST = List.of(Domain.Zone, Domain.Host);

    static final Placement DEFAULT = new Placement(Map.of(), List.of(), null, ZONE_AND_HOST);

    public Placement {
        nodeSelector = Absent.or(nodeSelector);
        tolerations = Absent.or(tolerations);
        spreadOver = List.copyOf(Absent.or(spreadOver, ZONE_AND_HOST));
    }

    /** A failure domain. */
    public enum Domain {
        Zone,
        Host
    }

    /**
     * A taint that gateways tolerate, with the meaning of a pod's toleration.
     *
     * @param key the taint's key; null tolerates every key and needs operator Exists
     * @param operator how the value is compared
     * @param value the taint's value; only with operator Equal
     * @param effect the taint's effect; null tolerates every effect
     * @param tolerationSeconds how long a NoExecute taint is tolerated; null means forever
     */
    @ApiRecord
    @ValidationRule(
            value = "has(self.key) || self.operator == 'Exists'",
            message = "a toleration without a key needs operator: Exists")
    @ValidationRule(
            value = "!has(self.value) || self.operator == 'Equal'",
            message = "a toleration with operator: Exists takes no value: remove value",
            fieldPath = ".value")
    public record Toleration(
            @JsonPropertyDescription("Key of the taint; every key when absent, then operator must be Exists.")
            @Size(min = 1, max = 317)
            @Pattern(Formats.LABEL_KEY)
            @Nullable
            String key,

            @Default("Equal") @JsonPropertyDescription("How the taint is compared: Equal or Exists.")
            Operator operator,

            @JsonPropertyDescription("Value of the taint; only with operator: Equal.")
            @Size(max = 63)
            @Pattern(Formats.LABEL_VALUE)
            @Nullable
            String value,

            @JsonPropertyDescription("Effect of the taint; every effect when absent.") @Nullable
            Effect effect,

            @JsonPropertyDescription("Seconds that a NoExecute taint is tolerated; forever when absent.")
            @Min(0)
            @Max(31536000)
            @Nullable
            Long tolerationSeconds) {

        public Toleration {
            operator = Absent.or(operator, Operator.Equal);
        }

        /** How a toleration is compared with a taint. */
        public enum Operator {
            Equal,
            Exists
        }

        /** The effect of a taint on pods that do not tolerate it. */
        public enum Effect {
            NoSchedule,
            PreferNoSchedule,
            NoExecute
        }
    }
}
