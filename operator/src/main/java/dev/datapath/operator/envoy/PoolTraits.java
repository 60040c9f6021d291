package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.PoolPlan.Balancing.Policy;

/**
 * What routes depend on of a pool. They are rendered anew when it changes, so it holds no more than that.
 *
 * @param policy how nodes are compared: hashing needs to be asked for per route
 * @param otherNode whether a request that one node failed can go to another one
 */
record PoolTraits(Policy policy, boolean otherNode) {
    /** A pool that the plan does not have. */
    static final PoolTraits UNKNOWN = new PoolTraits(Policy.LEAST_REQUEST, true);

    static PoolTraits of(PoolPlan pool) {
        var active = pool.nodes().stream().filter(node -> !node.draining()).count();
        return new PoolTraits(pool.balancing().policy(), active > 1);
    }
}
