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
 * What was rendered for each bucket the last time, and how it was encoded, so that a change of one rule among thousands
 * costs one bucket and one shard. Not safe for use by several threads.
 */
final class RouteCache {

    private final Map<String, OfListener> listeners = new HashMap<>();

    /** What the routes of all buckets are made from, besides the matches and rules of each. */
    record Surroundings(
            boolean byOperation,
            List<String> baseDomains,
            @Nullable Backend fallback,
            Map<String, PoolTraits> pools) {}

    /** What the routes of one bucket are made from. */
    record Inputs(List<MatchPlan> matches, List<RulePlan> rules) {}

    /** What the last rendering of one route table used. */
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

        /** Forgets what was not used since the last call. */
        void endOfRendering() {
            buckets.values().forEach(Recall::endOfRendering);
            shards.values().forEach(Recall::endOfRendering);
        }
    }

    /** What is known of a listener in these surroundings: nothing when they are new. */
    OfListener of(String listener, Surroundings surroundings) {
        var known = listeners.get(listener);
        if (known == null || !known.surroundings.equals(surroundings)) {
            known = new OfListener(surroundings);
            listeners.put(listener, known);
        }
        return known;
    }

    /** Forgets all other listeners. */
    void retain(Collection<String> names) {
        listeners.keySet().retainAll(names);
    }
}
