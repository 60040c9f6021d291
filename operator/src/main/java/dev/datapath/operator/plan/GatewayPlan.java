package dev.datapath.operator.plan;

import dev.datapath.operator.model.ObjectKey;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything the gateways of one DataPath do. Equal plans mean that nothing has to be pushed or written: all lists are
 * in an order that follows from names and precedence, never from the order in which objects were seen.
 *
 * @param dataPath the DataPath this plan was compiled for
 * @param listeners by name
 * @param pools every pool that a listener or a rule names and that exists, by name
 * @param rules every rule that a listener's matches name, by id
 * @param drainTimeout the longest transfer that survives a change or a rollout
 * @param accessLog which requests are logged
 * @param requestIdToStore whether stores get the id under which a request is logged
 * @param maxConnections client connections one gateway accepts before it refuses further ones
 * @param memoryLimit bytes of memory that one gateway may use; null when nothing bounds it
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
     * The smallest memory limit of a gateway in bytes. Measured: the program with a small configuration takes 74 MiB, and 64 stalled
     * connections 16 MiB more.
     */
    public static final long LEAST_MEMORY = 96L << 20;

    /** Which requests a gateway writes to its access log; secrets in queries and headers never are. */
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
