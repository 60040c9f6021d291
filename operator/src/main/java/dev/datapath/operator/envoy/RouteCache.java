package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.Backend;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What was rendered for each bucket the last time, so that a change of one rule among thousands costs one bucket. Holds
 * only what the last rendering used. Not safe for use by several threads.
 */
final class RouteCache {

    private Map<Key, Rendered> last = new HashMap<>();
    private Map<Key, Rendered> current = new HashMap<>();

    /** Where a bucket's routes stand. */
    record Key(String listener, AddressStyle style, BucketMatch bucket) {}

    /** All that a bucket's routes are made from. */
    record Inputs(
            List<MatchPlan> matches,
            List<RulePlan> rules,
            boolean byOperation,
            List<String> baseDomains,
            @Nullable Backend fallback,
            Map<String, PoolTraits> pools) {}

    private record Rendered(Inputs inputs, BucketRoutes routes) {}

    BucketRoutes get(Key key, Inputs inputs, Supplier<BucketRoutes> render) {
        var known = current.containsKey(key) ? current.get(key) : last.get(key);
        if (known == null || !known.inputs().equals(inputs)) {
            known = new Rendered(inputs, render.get());
        }
        current.put(key, known);
        return known.routes();
    }

    /** Forgets what was not used since the last call. */
    void endOfRendering() {
        last = current;
        current = new HashMap<>();
    }
}
