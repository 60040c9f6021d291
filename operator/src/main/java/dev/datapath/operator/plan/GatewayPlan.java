package dev.datapath.operator.plan;

import dev.datapath.operator.model.ObjectKey;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The complete configuration of the gateways of one DataPath. Equal plans require no push and no write. The order of
 * all lists follows from names and precedence, never from the order in which objects were read.
 *
 * @param dataPath the DataPath this plan was compiled for
 * @param listeners by name
 * @param pools every existing pool that a listener or a rule names, by name
 * @param rules every rule that a match of a listener names, by id
 * @param drainTimeout the longest transfer that survives a change or a rollout
 * @param accessLog which requests are logged
 * @param requestIdToStore whether requests to stores carry the request id of the access log
 * @param maxConnections maximum number of client connections of one gateway; further ones are refused
 * @param memoryLimit maximum memory of one gateway in bytes; null for no limit
 */
public record GatewayPlan(
        ObjectKey dataPath,
        List<ListenerPlan> listeners,
        List<PoolPlan> pools,
        List<RulePlan> rules,
        Duration drainTimeout,
        AccessLog accessLog,
        boolean requestIdToStore,
        int maxConnections,
        @Nullable Long memoryLimit) {
    /**
     * The smallest memory limit of a gateway in bytes. Measured: the process with a small configuration takes 74 MiB,
     * and 64 stalled connections take another 16 MiB.
     */
    public static final long LEAST_MEMORY = 96L << 20;

    /** The requests that a gateway writes to its access log. Secrets in queries and headers are never logged. */
    public enum AccessLog {
        OFF,
        ERRORS,
        ALL
    }

    /** The same plan with other pools. */
    public GatewayPlan withPools(List<PoolPlan> others) {
        return new GatewayPlan(
                dataPath,
                listeners,
                others,
                rules,
                drainTimeout,
                accessLog,
                requestIdToStore,
                maxConnections,
                memoryLimit);
    }

    /** The settings alone, without listeners, pools and rules. */
    public GatewayPlan withoutParts() {
        return new GatewayPlan(
                dataPath,
                List.of(),
                List.of(),
                List.of(),
                drainTimeout,
                accessLog,
                requestIdToStore,
                maxConnections,
                memoryLimit);
    }

    public GatewayPlan {
        listeners = List.copyOf(listeners);
        pools = List.copyOf(pools);
        rules = List.copyOf(rules);
    }
}
