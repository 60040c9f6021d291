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
 * What was seen of a StoragePool.
 *
 * @param observedGeneration generation of the specification that this status speaks about
 * @param nodes state of the nodes; at most {@link #MAX_NODES}, those that need attention first
 * @param healthyNodes nodes that get requests with their full share
 * @param totalNodes nodes of the pool
 * @param conditions Accepted, ResolvedRefs and EndpointsHealthy
 * @param summary figures as the columns of {@code kubectl get} show them
 */
@ApiRecord
public record StoragePoolStatus(
        @JsonPropertyDescription("Generation of the specification that this status speaks about.")
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
                "Accepted: the specification is valid. ResolvedRefs: what it names exists. EndpointsHealthy: requests can be served.")
        @Size(max = 16)
        List<Condition> conditions,

        @JsonPropertyDescription("Figures as the columns of kubectl get show them.") @Nullable
        Summary summary) {

    /** Most nodes that are listed in a status. */
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
     * @param state how the node is
     * @param weightPercent share it gets now, in percent of the weight that the specification gives it
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

            @JsonPropertyDescription("Share that the node gets now, in percent of its specified weight.")
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

    /** How a node is. */
    public enum State {
        Healthy,
        Unhealthy,
        Slow,
        Draining,
        Disabled,
        Unknown
    }

    /**
     * Figures as columns show them.
     *
     * @param healthy healthy nodes of all, such as 11/12
     * @param status reason of the first condition that is False; else of the first Unknown; else of the last
     */
    @ApiRecord
    public record Summary(
            @JsonPropertyDescription("Healthy nodes of all, such as 11/12.") @Size(max = 32) @Nullable
            String healthy,

            @JsonPropertyDescription(
                    "Reason of the first condition that is False; else of the first that is Unknown; else of the last one. Such as PoolNotFound, AllHealthy.")
            @Size(max = 64)
            @Nullable
            String status) {}
}
