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
 * The permissions and prohibitions of a plan: listeners with their certificates and the clients that they verify, which
 * requests are denied, which pool a request goes to, and which stores are trusted. Two plans with equal restrictions
 * differ only in nodes, health, limits and timeouts.
 *
 * @param stores how the nodes of each pool are verified; null for plaintext
 */
record Restrictions(List<ListenerPlan> listeners, List<RulePlan> rules, Map<String, Store> stores) {

    /** How gateways connect to a pool's nodes. */
    record Store(@Nullable UpstreamTls tls) {}

    static Restrictions of(GatewayPlan plan) {
        return new Restrictions(
                plan.listeners(),
                plan.rules(),
                plan.pools().stream().collect(Collectors.toMap(PoolPlan::name, pool -> new Store(pool.tls()))));
    }
}
