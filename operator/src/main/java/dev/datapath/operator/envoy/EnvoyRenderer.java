package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.RulePlan;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Turns a plan into what Envoy 1.40 is served. Equal plans and options give byte-equal resources. */
public final class EnvoyRenderer {

    private EnvoyRenderer() {}

    /** Renders the whole plan. */
    public static EnvoyResources render(GatewayPlan plan, RenderOptions options) {
        var rules = plan.rules().stream().collect(Collectors.toMap(RulePlan::id, Function.identity()));
        var balancing = plan.pools().stream()
                .collect(Collectors.toMap(
                        PoolPlan::name, pool -> pool.balancing().policy()));
        return new EnvoyResources(
                plan.listeners().stream()
                        .map(listener -> ListenerRenderer.render(listener, plan, options))
                        .toList(),
                plan.listeners().stream()
                        .map(listener -> new RouteTable(listener, rules, balancing).render())
                        .toList(),
                ClusterRenderer.clusters(plan.pools()),
                EndpointRenderer.assignments(plan.pools()),
                SecretRenderer.secrets(plan));
    }
}
