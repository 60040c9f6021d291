package dev.datapath.operator.reconcile;

import dev.datapath.operator.deploy.PublishedNode;
import dev.datapath.operator.deploy.PublishedNode.State;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.PoolPlan.NodePlan;
import dev.datapath.operator.status.NodeReport;
import dev.datapath.operator.status.NodeReport.Health;
import java.util.List;

/**
 * Which nodes of a pool others than our gateways should use. Status shows a node that a single gateway takes out; here most of
 * those that judge it have to, for what one gateway cannot reach is likely its own trouble.
 */
final class PublishedNodes {
    private PublishedNodes() {}

    /**
     * The nodes of a pool.
     *
     * @param plan how gateways use the pool
     * @param reports how they see its nodes
     */
    static List<PublishedNode> of(PoolPlan plan, List<NodeReport> reports) {
        // As Envoy's panic mode does: requests to nodes that all seem down fare better than none at all.
        boolean judged = plan.nodes().stream().anyMatch(node -> !node.draining() && !down(node, reports));
        return plan.nodes().stream()
                .map(node -> new PublishedNode(
                        node.address(), node.port(), node.zone(), state(node, judged && down(node, reports))))
                .toList();
    }

    private static State state(NodePlan node, boolean down) {
        if (node.draining()) {
            return State.Draining;
        }
        return down ? State.Down : State.Ready;
    }

    /** A node that no gateway has judged is not: most nodes are well. */
    private static boolean down(NodePlan node, List<NodeReport> reports) {
        var own = reports.stream()
                .filter(report -> report.isAbout(node) && report.health() != Health.UNCHECKED)
                .toList();
        long failing = own.stream().filter(report -> report.health().failing()).count();
        return 2 * failing > own.size();
    }
}
