package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.s3.OperationShape;
import dev.datapath.operator.s3.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Paths that lead out of their bucket into one that a rule denies, for stores and proxies that resolve dots. */
final class Escapes {

    /** RE2 refuses an expression that becomes too large. */
    private static final int NAMES_IN_EXPRESSION = 100;

    private Escapes() {}

    /**
     * Into buckets that are denied: by name, or because other buckets are forwarded and all the rest is denied. Empty when
     * nothing depends on the bucket.
     */
    static Optional<Predicate> into(List<MatchPlan> denies, List<MatchPlan> all) {
        var names = denies.stream()
                .filter(match -> !(match.bucket() instanceof BucketMatch.Any))
                .map(match -> SourceDenies.pattern(match.bucket()))
                .distinct()
                .toList();
        boolean everywhere = denies.stream()
                        .anyMatch(match -> match.bucket() instanceof BucketMatch.Any && concernsBuckets(match))
                && all.stream()
                        .anyMatch(match -> !(match.bucket() instanceof BucketMatch.Any) && !denies.contains(match));
        if (names.isEmpty() && !everywhere) {
            return Optional.empty();
        }
        var targets = new ArrayList<Predicate>();
        if (everywhere) {
            targets.add(Predicates.matches(Names.TARGET_HEADER, Segments.escape("[^/].*")));
        } else {
            for (int from = 0; from < names.size(); from += NAMES_IN_EXPRESSION) {
                var some = names.subList(from, Math.min(names.size(), from + NAMES_IN_EXPRESSION));
                targets.add(Predicates.matches(Names.TARGET_HEADER, Segments.escapeInto(String.join("|", some))));
            }
        }
        // Nearly all paths have neither, and are spared the expressions.
        var dots = Predicates.or(
                Predicates.contains(Names.TARGET_HEADER, ".."),
                Predicates.contains(Names.TARGET_HEADER, "%2e"),
                Predicates.contains(Names.TARGET_HEADER, "%2E"));
        return Optional.of(Predicates.and(dots, Predicates.any(targets)));
    }

    private static boolean concernsBuckets(MatchPlan match) {
        return match.operations().isEmpty()
                || match.operations().stream()
                        .anyMatch(operation -> OperationShape.of(operation).scope() != Scope.SERVICE);
    }
}
