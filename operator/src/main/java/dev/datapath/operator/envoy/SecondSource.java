package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan;
import java.util.ArrayList;
import java.util.List;

/**
 * Detects a second copy source with a denied object. Envoy joins repeated headers with a comma. Most stores read the first one and
 * Ceph the last one. A comma may also be part of a key, so only denied objects are rejected.
 */
final class SecondSource {

    /** RE2 rejects an expression that is too large. */
    private static final int NAMES_IN_EXPRESSION = 100;

    private final String header;
    private final List<MatchPlan> denies;

    SecondSource(String header, List<MatchPlan> denies) {
        this.header = header;
        this.denies = denies;
    }

    List<Predicate> predicates() {
        var patterns = denies.stream().map(SecondSource::pattern).distinct().toList();
        var predicates = new ArrayList<Predicate>();
        for (int from = 0; from < patterns.size(); from += NAMES_IN_EXPRESSION) {
            var some = patterns.subList(from, Math.min(patterns.size(), from + NAMES_IN_EXPRESSION));
            predicates.add(Predicates.and(
                    Predicates.contains(header, ","),
                    Predicates.matches(header, ".*, ?(?:/|%2[fF])*(?:[^/%,]*:)?(?:" + String.join("|", some) + ")")));
        }
        return predicates;
    }

    private static String pattern(MatchPlan match) {
        var key = match.bucket() instanceof BucketMatch.Any ? match.keyPrefix() : "";
        return DeniedAddresses.pattern(match.bucket()) + DeniedAddresses.key(key, true);
    }
}
