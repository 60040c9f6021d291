package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.PoolPlan.Balancing.Policy;

/**
 * The properties of a pool that routes depend on. It is minimal, because routes are rendered again when it changes.
 *
 * @param policy the load balancing policy; hashing must be configured per route
 * @param otherNode whether another node can serve a request after one node failed
 */
record PoolTraits(Policy policy, boolean otherNode) {
    /** For a pool that is not in the plan. */
    static final PoolTraits UNKNOWN = new PoolTraits(Policy.LEAST_REQUEST, true);

    static PoolTraits of(PoolPlan pool) {
        var active = pool.nodes().stream().filter(node -> !node.draining()).count();
        return new PoolTraits(pool.balancing().policy(), active > 1);
    }
}
