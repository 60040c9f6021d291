package dev.datapath.operator.plan;

import dev.datapath.operator.model.Decisions.NodeWeight;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The operator's decisions that are in force in addition to a {@link GatewayPlan}. Decisions do not change the plan,
 * which holds declarations only.
 *
 * @param nodeWeights for each pool of the plan, the nodes of the plan whose share differs from the declared one, by
 *     name
 */
public record Adjustments(Map<String, List<NodeWeight>> nodeWeights) {
    /** No decisions: everything is as declared. */
    public static final Adjustments NONE = new Adjustments(Map.of());

    public Adjustments {
        nodeWeights = nodeWeights.entrySet().stream()
                .filter(pool -> !pool.getValue().isEmpty())
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, pool -> List.copyOf(pool.getValue())));
    }

    /** Whether everything is as declared. */
    public boolean isEmpty() {
        return nodeWeights.isEmpty();
    }

    /** The nodes of a pool whose share differs from the declared one. */
    public List<NodeWeight> ofPool(String pool) {
        return nodeWeights.getOrDefault(pool, List.of());
    }

    /** The shares of these nodes by name, in percent of their declared weights. */
    public SortedMap<String, Double> percents(String pool) {
        var percents = new TreeMap<String, Double>();
        ofPool(pool).forEach(weight -> percents.put(weight.subject().name(), weight.percent()));
        return Collections.unmodifiableSortedMap(percents);
    }

    /** When the first of them expires; empty when there is none. */
    public Optional<Instant> nextExpiry() {
        return nodeWeights.values().stream()
                .flatMap(List::stream)
                .map(weight -> weight.terms().expiresAt())
                .min(Instant::compareTo);
    }
}
