package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.Backend;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A cache of the rendered routes and encoded shards of each bucket. With it, a change of one rule among thousands costs one bucket
 * and one shard. Not thread-safe.
 */
final class RouteCache {

    private final Map<String, OfListener> listeners = new HashMap<>();

    /** The inputs of the routes of all buckets, except the matches and rules of each. */
    record Surroundings(
            boolean byOperation,
            List<String> baseDomains,
            @Nullable Backend fallback,
            Map<String, PoolTraits> pools) {}

    /** The inputs of the routes of one bucket. */
    record Inputs(List<MatchPlan> matches, List<RulePlan> rules) {}

    /** The cache of one route table. */
    static final class OfListener {
        private final Surroundings surroundings;
        private final Map<AddressStyle, Recall<BucketMatch, Inputs, BucketRoutes>> buckets = new HashMap<>();
        private final Map<String, Recall<Integer, Lookup.ShardInputs, Lookup.Shard>> shards = new HashMap<>();

        private OfListener(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        Recall<BucketMatch, Inputs, BucketRoutes> buckets(AddressStyle style) {
            return buckets.computeIfAbsent(style, key -> new Recall<>());
        }

        Recall<Integer, Lookup.ShardInputs, Lookup.Shard> shards(String virtualHost) {
            return shards.computeIfAbsent(virtualHost, key -> new Recall<>());
        }

        /** Drops entries that were not used since the last call. */
        void endOfRendering() {
            buckets.values().forEach(Recall::endOfRendering);
            shards.values().forEach(Recall::endOfRendering);
        }
    }

    /** The cache of a listener for these inputs; empty when they changed. */
    OfListener of(String listener, Surroundings surroundings) {
        var known = listeners.get(listener);
        if (known == null || !known.surroundings.equals(surroundings)) {
            known = new OfListener(surroundings);
            listeners.put(listener, known);
        }
        return known;
    }

    /** Drops all other listeners. */
    void retain(Collection<String> names) {
        listeners.keySet().retainAll(names);
    }
}
