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
 * How much of a pool one gateway can use. Nodes that different gateways take out add up in the table of nodes, though each
 * gateway may have enough of them; and a gateway that reaches no node at all says more about itself than about them.
 *
 * @param gateway the gateway's name
 * @param serving how many of the pool's active nodes it has not taken out
 * @param nodes how many active nodes the pool has
 */
record GatewayShare(String gateway, int serving, int nodes) {

    /** Of each gateway that has checked any active node, by name. */
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

    /** Whether it has nothing left. */
    boolean none() {
        return serving == 0;
    }

    /** Whether it has something left, but so little that it uses all. */
    boolean panics(int panicThresholdPercent) {
        return !none() && 100L * serving < (long) panicThresholdPercent * nodes;
    }

    /** The gateways that are so, for people; empty when none is. */
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
