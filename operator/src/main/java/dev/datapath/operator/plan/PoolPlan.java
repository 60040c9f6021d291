package dev.datapath.operator.plan;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of one object-store cluster and how requests are distributed among them.
 *
 * @param name the StoragePool's name
 * @param nodes by name; empty when none is known
 * @param tls TLS settings of connections to the store, or null for plaintext
 * @param health when a node receives no requests
 * @param limits limits on the gateways' requests to the store
 * @param balancing how a node is selected
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

    /** The first node, by name, that is not draining. */
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
     * @param zone its zone, or empty
     * @param weight its share relative to the other nodes, 1 to 1000
     * @param draining whether it completes its requests and receives no new ones
     */
    public record NodePlan(String name, String address, int port, String zone, int weight, boolean draining) {}

    /**
     * Limits on one gateway's use of this pool.
     *
     * @param maxConnectionsPerNode connections to one node
     * @param maxPendingRequests requests that wait for a connection, over all nodes; further requests get 503 SlowDown
     * @param idleTimeout time after which an unused connection is closed; shorter than the store's own keep-alive
     * @param connectTimeout for TCP and TLS together
     * @param retryBudgetPercent retries and hedges, as a share of the active requests of clients
     */
    public record Limits(
            int maxConnectionsPerNode,
            int maxPendingRequests,
            Duration idleTimeout,
            Duration connectTimeout,
            int retryBudgetPercent) {}

    /**
     * How the node of a request is selected.
     *
     * @param policy how nodes are compared
     * @param slowStart period in which a recovered node reaches its full share; zero for immediately
     */
    public record Balancing(Policy policy, Duration slowStart) {

        /** How nodes are compared. The hashing policies keep the same bucket, or bucket and key, on the same node. */
        public enum Policy {
            LEAST_REQUEST,
            ROUND_ROBIN,
            RANDOM,
            HASH_BUCKET,
            HASH_KEY
        }
    }
}
