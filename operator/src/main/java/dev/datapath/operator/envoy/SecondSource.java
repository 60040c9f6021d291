package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan;
import java.util.ArrayList;
import java.util.List;

/**
 * A second source that names denied objects. Envoy joins repeated headers with a comma, of which most stores read the first
 * and Ceph the last; but a comma may also be part of a key, so only what is denied is refused.
 */
final class SecondSource {

    /** RE2 refuses an expression that becomes too large. */
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
