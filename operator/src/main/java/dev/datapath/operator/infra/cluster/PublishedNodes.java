package dev.datapath.operator.infra.cluster;

import dev.datapath.operator.deploy.PublishedNode;
import dev.datapath.operator.deploy.PublishedNode.State;
import dev.datapath.operator.model.NodeReport;
import dev.datapath.operator.model.NodeReport.Health;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.PoolPlan.NodePlan;
import java.util.List;
import java.util.function.Predicate;

/**
 * The nodes of a pool that clients other than our gateways should use. Status shows a node as failing when a single
 * gateway ejects it. Here most of the gateways that report on the node must do so: a node that only one gateway cannot
 * reach probably has no fault of its own.
 */
public final class PublishedNodes {
    private PublishedNodes() {}

    /**
     * The nodes of a pool.
     *
     * @param plan how gateways use the pool
     * @param reports how gateways assess its nodes
     * @param before whether a node is published as down; it stays down while no gateway reports on it
     */
    public static List<PublishedNode> of(PoolPlan plan, List<NodeReport> reports, Predicate<NodePlan> before) {
        // Same principle as Envoy's panic mode: if all nodes seem down, requests to them are better than none at all.
        boolean someAreUp = plan.nodes().stream().anyMatch(node -> !node.draining() && !down(node, reports, before));
        return plan.nodes().stream()
                .map(node -> new PublishedNode(
                        node.address(),
                        node.port(),
                        node.zone(),
                        state(node, someAreUp && down(node, reports, before))))
                .toList();
    }

    private static State state(NodePlan node, boolean down) {
        if (node.draining()) {
            return State.Draining;
        }
        return down ? State.Down : State.Ready;
    }

    private static boolean down(NodePlan node, List<NodeReport> reports, Predicate<NodePlan> before) {
        var own = reports.stream()
                .filter(report -> report.isAt(node.address(), node.port()) && report.health() != Health.UNCHECKED)
                .toList();
        if (own.isEmpty()) {
            return before.test(node);
        }
        long failing = own.stream().filter(report -> report.health().failing()).count();
        return 2 * failing > own.size();
    }
}
