package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.StorageNodes.StaticNode;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.PoolPlan.NodePlan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Rejects nodes that are listeners of the same gateways. Each request and each health check would loop back until the gateways
 * cannot open connections any more. A pool may have the listeners of another DataPath as nodes.
 */
final class OwnListeners {
    private final Map<Discovery.Socket, String> own;
    private final Collection<Finding> findings;

    /** @param own the sockets on which the gateways listen, each with a description */
    OwnListeners(Map<Discovery.Socket, String> own, Collection<Finding> findings) {
        this.own = own;
        this.findings = findings;
    }

    /**
     * The pools without such nodes. The nodes are reported.
     *
     * @param used the pools that the gateways use
     */
    List<PoolPlan> leaveOut(List<PoolPlan> used, Collection<StoragePool> declared) {
        var byName = Identity.byName(declared);
        return used.stream()
                .map(plan -> {
                    var pool = byName.get(plan.name());
                    return pool == null ? plan : leaveOut(plan, pool);
                })
                .toList();
    }

    private PoolPlan leaveOut(PoolPlan plan, StoragePool pool) {
        var kept = new ArrayList<NodePlan>();
        for (var node : plan.nodes()) {
            var listener = own.get(new Discovery.Socket(node.address(), node.port()));
            if (listener == null) {
                kept.add(node);
            } else {
                place(node, pool)
                        .error(
                                Reason.Invalid,
                                "node " + node.name() + " at " + node.address() + " port " + node.port() + " is "
                                        + listener
                                        + ", so requests would loop: write the address and port of the"
                                        + " storage node; until then it is left out");
            }
        }
        return kept.size() == plan.nodes().size() ? plan : plan.withNodes(kept);
    }

    private Report place(NodePlan node, StoragePool pool) {
        var nodes = Report.on(Identity.ref(pool), findings).field("spec").field("nodes");
        var names = pool.getSpec().nodes().staticNodes().stream()
                .map(StaticNode::name)
                .toList();
        return NodeNames.declared(node.name(), names)
                .map(name -> nodes.item("static", names.indexOf(name)).field("address"))
                .orElse(nodes);
    }
}
