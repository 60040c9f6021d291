package dev.datapath.operator.status;

import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.PoolPlan.NodePlan;
import dev.datapath.operator.text.Listing;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The share of a pool that one gateway can use. The table of nodes shows the nodes that any gateway ejects, although
 * each gateway may have enough nodes. A gateway that reaches no node at all probably has a problem of its own.
 *
 * @param gateway the gateway's name
 * @param serving number of the pool's active nodes that the gateway has not ejected
 * @param nodes number of active nodes of the pool
 */
record GatewayShare(String gateway, int serving, int nodes) {

    /** The share of each gateway that has checked an active node, by name. */
    static List<GatewayShare> of(PoolPlan plan, List<NodeReport> reports) {
        var active = plan.nodes().stream()
                .filter(node -> !node.draining())
                .map(GatewayShare::endpoint)
                .collect(Collectors.toSet());
        var judged = reports.stream()
                .filter(report -> report.health() == NodeReport.Health.HEALTHY
                        || report.health().failing())
                .filter(report -> active.contains(endpoint(report)))
                .collect(Collectors.groupingBy(NodeReport::gateway, TreeMap::new, Collectors.toList()));
        return judged.entrySet().stream()
                .map(entry -> new GatewayShare(
                        entry.getKey(),
                        active.size()
                                - (int) entry.getValue().stream()
                                        .filter(report -> report.health().failing())
                                        .map(GatewayShare::endpoint)
                                        .distinct()
                                        .count(),
                        active.size()))
                .toList();
    }

    /** Whether the gateway has no usable node. */
    boolean none() {
        return serving == 0;
    }

    /** Whether the gateway has usable nodes, but so few that it uses all nodes. */
    boolean panics(int panicThresholdPercent) {
        return !none() && 100L * serving < (long) panicThresholdPercent * nodes;
    }

    /** The gateways that satisfy a predicate, for messages; empty when there are none. */
    static String names(List<GatewayShare> shares, Predicate<GatewayShare> are) {
        var names = shares.stream().filter(are).map(GatewayShare::gateway).toList();
        return names.isEmpty() ? "" : (names.size() == 1 ? "gateway " : "gateways ") + Listing.of(names, 3);
    }

    private record Endpoint(String address, int port) {}

    private static Endpoint endpoint(NodePlan node) {
        return new Endpoint(node.address(), node.port());
    }

    private static Endpoint endpoint(NodeReport report) {
        return new Endpoint(report.address(), report.port());
    }
}
