package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The observed state of a DataPath.
 *
 * @param observedGeneration generation of the specification that this status describes
 * @param addresses addresses at which clients can connect
 * @param gateways counts of gateways
 * @param configVersion content hash of the configuration that gateways should run
 * @param listeners state of each listener
 * @param conditions Accepted, ResolvedRefs and Programmed
 * @param selector label selector of the gateway pods, for the scale subresource
 * @param summary values of the columns of {@code kubectl get}
 */
@ApiRecord
public record DataPathStatus(
        @JsonPropertyDescription("Generation of the specification that this status describes.")
        @Min(0)
        @Max(9007199254740991.0)
        @Nullable
        Long observedGeneration,

        @JsonPropertyDescription("Addresses at which clients can connect.") @Size(max = 16)
        List<Address> addresses,

        @JsonPropertyDescription(
                "Numbers of desired gateways, ready gateways, and gateways that run the current configuration.")
        @Nullable
        Gateways gateways,

        @JsonPropertyDescription("Content hash of the configuration that the gateways should run.")
        @Size(max = 64)
        @Pattern("^[0-9a-f]*$")
        @Nullable
        String configVersion,

        @JsonPropertyDescription("State of each listener.") @Size(max = 16)
        List<ListenerStatus> listeners,

        @JsonPropertyDescription(
                "Accepted: the specification is valid. ResolvedRefs: all references are resolved. Programmed: every ready gateway runs it.")
        @Size(max = 16)
        List<Condition> conditions,

        @JsonPropertyDescription("Label selector of the gateway pods, for autoscalers.")
        @LabelSelector
        @Size(max = 1024)
        @Nullable
        String selector,

        @JsonPropertyDescription("Values of the columns of kubectl get.") @Nullable
        Summary summary) {

    public DataPathStatus {
        addresses = Absent.or(addresses);
        listeners = Absent.or(listeners);
        conditions = Absent.or(conditions);
    }

    /**
     * An address at which clients can connect.
     *
     * @param type type of {@code value}
     * @param value the address
     */
    @ApiRecord
    public record Address(
            @Required @JsonPropertyDescription("Type of the value: IPAddress or Hostname.")
            AddressType type,

            @Required @JsonPropertyDescription("The address.") @Size(min = 1, max = 253) @Pattern(Formats.ADDRESS)
            String value) {}

    /** What an address is. */
    public enum AddressType {
        IPAddress,
        Hostname
    }

    /**
     * Counts of gateways.
     *
     * @param desired desired gateways
     * @param ready gateways that serve requests
     * @param synced gateways that acknowledged the current configuration
     * @param rejected gateways that rejected the current configuration
     */
    @ApiRecord
    public record Gateways(
            @JsonPropertyDescription("Gateways that should run.") @Min(0) @Max(100000)
            Integer desired,

            @JsonPropertyDescription("Gateways that serve requests.") @StatusReplicas @Min(0) @Max(100000)
            Integer ready,

            @JsonPropertyDescription("Gateways that acknowledged the current configuration.") @Min(0) @Max(100000)
            Integer synced,

            @JsonPropertyDescription("Gateways that rejected the current configuration.") @Min(0) @Max(100000)
            Integer rejected) {

        public Gateways {
            desired = Absent.or(desired, 0);
            ready = Absent.or(ready, 0);
            synced = Absent.or(synced, 0);
            rejected = Absent.or(rejected, 0);
        }
    }

    /**
     * State of one listener.
     *
     * @param name name of the listener
     * @param attachedPolicies RoutingPolicies whose rules apply to it
     * @param conditions Accepted, ResolvedRefs and Programmed of the listener
     */
    @ApiRecord
    public record ListenerStatus(
            @Required
            @JsonPropertyDescription("Name of the listener.")
            @Size(min = 1, max = 63)
            @Pattern(Formats.DNS_LABEL)
            String name,

            @JsonPropertyDescription("Number of RoutingPolicies whose rules apply to the listener.")
            @Min(0)
            @Max(100000)
            Integer attachedPolicies,

            @JsonPropertyDescription("Accepted, ResolvedRefs and Programmed of this listener.") @Size(max = 16)
            List<Condition> conditions) {

        public ListenerStatus {
            attachedPolicies = Absent.or(attachedPolicies, 0);
            conditions = Absent.or(conditions);
        }
    }

    /**
     * Values of columns.
     *
     * @param ready ready of desired, such as 3/3
     * @param synced gateways that run the current configuration, of the desired ones, such as 2/3
     * @param status reason of the first condition that is False; otherwise of the first Unknown; otherwise of the last
     */
    @ApiRecord
    public record Summary(
            @JsonPropertyDescription("Ready gateways of those desired, such as 3/3.") @Size(max = 32) @Nullable
            String ready,

            @JsonPropertyDescription("Gateways that run the current configuration of those desired, such as 2/3.")
            @Size(max = 32)
            @Nullable
            String synced,

            @JsonPropertyDescription(
                    "Reason of the first condition that is False; otherwise of the first that is Unknown; otherwise of the last one. Such as PoolNotFound, Programmed.")
            @Size(max = 64)
            @Nullable
            String status) {}
}
