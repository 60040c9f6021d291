package dev.datapath.operator.plan;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of one object-store cluster and how requests are spread over them.
 *
 * @param name the StoragePool's name
 * @param nodes by name; empty when none is known
 * @param tls how the store is spoken to, or null for clear text
 * @param health when a node gets no requests
 * @param limits how much the gateways may ask of the store
 * @param balancing which node gets a request
 */
public record PoolPlan(
        String name,
        List<NodePlan> nodes,
        @Nullable UpstreamTls tls,
        HealthPlan health,
        Limits limits,
        Balancing balancing) {

    public PoolPlan {
        nodes = List.copyOf(nodes);
    }

    /** The first node, by name, that gets requests. */
    public Optional<NodePlan> firstActive() {
        return nodes.stream().filter(node -> !node.draining()).findFirst();
    }

    /** The same pool with other nodes. */
    public PoolPlan withNodes(List<NodePlan> others) {
        return new PoolPlan(name, others, tls, health, limits, balancing);
    }

    /** The same pool with another {@link Limits#retryBudgetPercent()}. */
    public PoolPlan withRetryBudgetPercent(int percent) {
        var changed = new Limits(
                limits.maxConnectionsPerNode,
                limits.maxPendingRequests,
                limits.idleTimeout,
                limits.connectTimeout,
                percent);
        return new PoolPlan(name, nodes, tls, health, changed, balancing);
    }

    /**
     * One node.
     *
     * @param name unique in the pool
     * @param address an IP address
     * @param port TCP port of its S3 service
     * @param zone where it stands, or empty
     * @param weight its share relative to its siblings, 1 to 1000
     * @param draining finishes what it has and gets nothing new
     */
    public record NodePlan(String name, String address, int port, String zone, int weight, boolean draining) {}

    /**
     * Bounds on what one gateway asks of this pool.
     *
     * @param maxConnectionsPerNode connections to one node
     * @param maxPendingRequests requests that wait for a connection, over all nodes; the next one gets 503 SlowDown
     * @param idleTimeout after which an unused connection is closed; shorter than the store's own keep-alive
     * @param connectTimeout for TCP and TLS together
     * @param retryBudgetPercent retries and hedges, as a share of the requests that clients have under way
     */
    public record Limits(
            int maxConnectionsPerNode,
            int maxPendingRequests,
            Duration idleTimeout,
            Duration connectTimeout,
            int retryBudgetPercent) {}

    /**
     * Which node gets a request.
     *
     * @param policy how nodes are compared
     * @param slowStart over how long a node that came back is brought to its full share; zero for at once
     */
    public record Balancing(Policy policy, Duration slowStart) {

        /** How nodes are compared. The hashing ones keep the same bucket, or bucket and key, on the same node. */
        public enum Policy {
            LEAST_REQUEST,
            ROUND_ROBIN,
            RANDOM,
            HASH_BUCKET,
            HASH_KEY
        }
    }
}
