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
 * Which nodes of a pool others than our gateways should use. Status shows a node that a single gateway takes out; here most of
 * those that judge it have to, for what one gateway cannot reach is likely its own trouble.
 */
public final class PublishedNodes {
    private PublishedNodes() {}

    /**
     * The nodes of a pool.
     *
     * @param plan how gateways use the pool
     * @param reports how they see its nodes
     * @param before whether a node is published as down: it stays so while no gateway reports on it
     */
    public static List<PublishedNode> of(PoolPlan plan, List<NodeReport> reports, Predicate<NodePlan> before) {
        // As Envoy's panic mode does: requests to nodes that all seem down fare better than none at all.
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
