package dev.datapath.operator.plan;

import dev.datapath.operator.plan.PoolPlan.NodePlan;
import java.time.Duration;
import java.util.List;

/** Pools for tests of node states. */
public final class PoolPlans {
    private PoolPlans() {}

    /** A plaintext pool with HTTP health checks and a panic threshold of 30 %. */
    public static PoolPlan of(List<NodePlan> nodes) {
        return new PoolPlan(
                "objectscale",
                nodes,
                null,
                new HealthPlan(
                        new HealthPlan.Active(
                                new HealthPlan.HttpProbe("HEAD", "/", List.of(), null, false),
                                null,
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(1),
                                2,
                                2),
                        new HealthPlan.Passive(5, Duration.ofSeconds(3), 75),
                        30),
                new PoolPlan.Limits(100, 100, Duration.ofSeconds(5), Duration.ofSeconds(1), 25),
                new PoolPlan.Balancing(PoolPlan.Balancing.Policy.LEAST_REQUEST, Duration.ZERO));
    }
}
