package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.RulePlan;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Turns a plan into what Envoy 1.40 is served. Equal plans and options give byte-equal resources. One renderer serves one
 * DataPath: it remembers the routes of the last plan to render a small change fast. Not safe for use by several threads.
 */
public final class EnvoyRenderer {

    private final RouteCache cache = new RouteCache();

    /** Renders a plan without a memory of others. */
    public static EnvoyResources render(GatewayPlan plan, RenderOptions options) {
        return new EnvoyRenderer().resources(plan, options);
    }

    /** Renders the whole plan. */
    public EnvoyResources resources(GatewayPlan plan, RenderOptions options) {
        var rules = plan.rules().stream().collect(Collectors.toMap(RulePlan::id, Function.identity()));
        var pools = plan.pools().stream().collect(Collectors.toMap(PoolPlan::name, PoolTraits::of));
        var routes = plan.listeners().stream()
                .map(listener -> new RouteTable(listener, rules, pools, cache).render())
                .map(table -> plan.requestIdToStore() ? withRequestId(table) : table)
                .toList();
        cache.endOfRendering();
        return new EnvoyResources(
                plan.listeners().stream()
                        .map(listener -> ListenerRenderer.render(listener, plan, options))
                        .toList(),
                routes,
                ClusterRenderer.clusters(plan.pools(), options.checkEvents()),
                EndpointRenderer.assignments(plan.pools()),
                SecretRenderer.secrets(plan));
    }

    private static RouteConfiguration withRequestId(RouteConfiguration table) {
        return table.toBuilder()
                .addRequestHeadersToAdd(LocalReplies.header(LocalReplies.REQUEST_ID_HEADER, LocalReplies.REQUEST_ID))
                .build();
    }
}
