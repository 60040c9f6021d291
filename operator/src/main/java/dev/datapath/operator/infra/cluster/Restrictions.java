package dev.datapath.operator.infra.cluster;

import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.RulePlan;
import dev.datapath.operator.plan.UpstreamTls;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a plan permits and forbids: listeners with their certificates and the clients they verify, which request is denied or goes to
 * which pool, and which stores are trusted. Two plans with equal restrictions differ in nodes, health, limits and waiting only.
 *
 * @param stores how the nodes of each pool are verified; absent for clear text
 */
record Restrictions(List<ListenerPlan> listeners, List<RulePlan> rules, Map<String, Store> stores) {

    /** How a pool's nodes are spoken to. */
    record Store(@Nullable UpstreamTls tls) {}

    static Restrictions of(GatewayPlan plan) {
        return new Restrictions(
                plan.listeners(),
                plan.rules(),
                plan.pools().stream().collect(Collectors.toMap(PoolPlan::name, pool -> new Store(pool.tls()))));
    }
}
