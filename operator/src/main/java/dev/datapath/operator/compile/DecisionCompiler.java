package dev.datapath.operator.compile;

import dev.datapath.operator.model.Decisions;
import dev.datapath.operator.model.Decisions.NodeWeight;
import dev.datapath.operator.plan.Adjustments;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.PoolPlan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Selects the decisions in force: those that have not expired and concern pools and active nodes of the plan. */
final class DecisionCompiler {
    private DecisionCompiler() {}

    /** The time for this grows with the number of pools and decided nodes, not with the number of rules. */
    static Adjustments adjustments(GatewayPlan plan, Decisions decisions, Instant now) {
        var decided = new TreeMap<String, Map<String, NodeWeight>>();
        for (var decision : decisions.all()) {
            if (decision.terms().inForce(now)) {
                switch (decision) {
                    case NodeWeight weight ->
                        decided.computeIfAbsent(weight.subject().pool(), pool -> new TreeMap<>())
                                .put(weight.subject().name(), weight);
                }
            }
        }
        var weights = new TreeMap<String, List<NodeWeight>>();
        if (!decided.isEmpty()) {
            for (var pool : plan.pools()) {
                weights.put(pool.name(), weights(pool, decided.getOrDefault(pool.name(), Map.of())));
            }
        }
        return new Adjustments(weights);
    }

    /**
     * Decisions that together set the weight of all active nodes to 0 are not in force, because a pool without nodes serves no
     * request.
     */
    private static List<NodeWeight> weights(PoolPlan pool, Map<String, NodeWeight> decided) {
        var weights = new ArrayList<NodeWeight>();
        boolean anyShare = false;
        for (var node : pool.nodes()) {
            if (!node.draining()) {
                var weight = decided.get(node.name());
                if (weight != null && weight.percent() < 100) {
                    weights.add(weight);
                }
                anyShare |= weight == null || weight.percent() > 0;
            }
        }
        return anyShare ? weights : List.of();
    }
}
