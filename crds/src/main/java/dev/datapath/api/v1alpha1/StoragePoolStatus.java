package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The observed state of a StoragePool.
 *
 * @param observedGeneration generation of the specification that this status describes
 * @param nodes state of the nodes; at most {@link #MAX_NODES}, those that need attention first
 * @param healthyNodes nodes that receive requests with their full share
 * @param totalNodes nodes of the pool
 * @param conditions Accepted, ResolvedRefs and EndpointsHealthy
 * @param summary values of the columns of {@code kubectl get}
 */
@ApiRecord
public record StoragePoolStatus(
        @JsonPropertyDescription("Generation of the specification that this status describes.")
        @Min(0)
        @Max(9007199254740991.0)
        @Nullable
        Long observedGeneration,

        @JsonPropertyDescription("State of the nodes; of more than 256, those that need attention come first.")
        @Size(max = MAX_NODES)
        List<NodeStatus> nodes,

        @JsonPropertyDescription("Nodes that are healthy.") @Min(0) @Max(100000) @Nullable
        Integer healthyNodes,

        @JsonPropertyDescription("Nodes of the pool.") @Min(0) @Max(100000) @Nullable
        Integer totalNodes,

        @JsonPropertyDescription(
                "Accepted: the specification is valid. ResolvedRefs: all references are resolved. EndpointsHealthy: requests can be served.")
        @Size(max = 16)
        List<Condition> conditions,

        @JsonPropertyDescription("Values of the columns of kubectl get.") @Nullable
        Summary summary) {

    /** Maximum nodes listed in a status. */
    public static final int MAX_NODES = 256;

    public StoragePoolStatus {
        nodes = Absent.or(nodes);
        conditions = Absent.or(conditions);
    }

    /**
     * State of one node.
     *
     * @param name name of the node within the pool
     * @param address address and port
     * @param state the node's state
     * @param weightPercent current share, in percent of the specified weight
     * @param reason why it is in this state
     * @param since when it entered this state, RFC 3339
     */
    @ApiRecord
    public record NodeStatus(
            @Required @JsonPropertyDescription("Name of the node within the pool.") @Size(min = 1, max = 253)
            String name,

            @JsonPropertyDescription("Address and port of the node.") @Size(max = 264) @Nullable
            String address,

            @Required @JsonPropertyDescription("Healthy, Unhealthy, Slow, Draining, Disabled or Unknown.")
            State state,

            @JsonPropertyDescription("Current share of the node, in percent of its specified weight.")
            @Min(0)
            @Max(100)
            @Nullable
            Integer weightPercent,

            @JsonPropertyDescription("Why the node is in this state.") @Size(max = 256) @Nullable
            String reason,

            @JsonPropertyDescription("When the node entered this state.")
            @Size(max = 35)
            @Pattern(Formats.TIME)
            @Nullable
            String since) {}

    /** The state of a node. */
    public enum State {
        Healthy,
        Unhealthy,
        Slow,
        Draining,
        Disabled,
        Unknown
    }

    /**
     * Values of columns.
     *
     * @param healthy healthy nodes of all, such as 11/12
     * @param status reason of the first condition that is False; otherwise of the first Unknown; otherwise of the last
     */
    @ApiRecord
    public record Summary(
            @JsonPropertyDescription("Healthy nodes of all, such as 11/12.") @Size(max = 32) @Nullable
            String healthy,

            @JsonPropertyDescription(
                    "Reason of the first condition that is False; otherwise of the first that is Unknown; otherwise of the last one. Such as PoolNotFound, AllHealthy.")
            @Size(max = 64)
            @Nullable
            String status) {}
}
