package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher;
import dev.datapath.operator.envoy.RuleSelection.Entry;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.s3.RequestClass;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The entries of one bucket in the lookup trees of all classes.
 *
 * @param byClass for each class that some match of the bucket is about: what happens, by how the target goes on after the
 *     bucket's name; {@link #WHOLE} is the bucket itself, longer texts are key prefixes
 */
record BucketRoutes(Map<RequestClass, Map<String, Matcher.OnMatch>> byClass) {

    /** The entry for all of a bucket. */
    static final String WHOLE = "/";

    /**
     * Selects them.
     *
     * @param matches all that cover the bucket, in precedence order
     * @param classes those that requests are told apart by
     */
    static BucketRoutes of(
            RuleSelection selection, BucketMatch bucket, List<MatchPlan> matches, Set<RequestClass> classes) {
        var byClass = new EnumMap<RequestClass, Map<String, Matcher.OnMatch>>(RequestClass.class);
        for (var requestClass : classes) {
            var own = matches.stream()
                    .filter(match -> match.bucket().equals(bucket))
                    .filter(match -> selection.touches(match, requestClass))
                    .toList();
            // A class that no match of the bucket is about falls through to wider buckets by itself.
            if (!own.isEmpty() || bucket instanceof BucketMatch.Any) {
                byClass.put(requestClass, entries(selection, bucket, requestClass, own, matches));
            }
        }
        return new BucketRoutes(byClass);
    }

    private static Map<String, Matcher.OnMatch> entries(
            RuleSelection selection,
            BucketMatch bucket,
            RequestClass requestClass,
            List<MatchPlan> own,
            List<MatchPlan> matches) {
        var entries = new TreeMap<String, Matcher.OnMatch>();
        if (bucket instanceof BucketMatch.Exact exact) {
            for (var match : own) {
                if (!match.keyPrefix().isEmpty()) {
                    entries.computeIfAbsent(
                            WHOLE + KeyPattern.canonical(match.keyPrefix()),
                            key -> keyPrefix(selection, exact, requestClass, match.keyPrefix(), matches));
                }
            }
        }
        entries.put(WHOLE, selection.select(new Entry(bucket, ""), requestClass, matches));
        return entries;
    }

    private static Matcher.OnMatch keyPrefix(
            RuleSelection selection,
            BucketMatch.Exact bucket,
            RequestClass requestClass,
            String prefix,
            List<MatchPlan> matches) {
        var inside = selection.select(new Entry(bucket, prefix), requestClass, matches);
        if (!prefix.endsWith("/")) {
            return inside;
        }
        // The target's own last slash makes the key "tmp" look as if it began with "tmp/".
        var shorter = prefix.substring(0, prefix.length() - 1);
        var outside = Predicates.when(
                Predicates.equal(Names.TARGET_HEADER, selection.target(bucket, shorter)),
                selection.selectUsual(new Entry(bucket, shorter), requestClass, matches));
        return Predicates.nested(Matcher.newBuilder()
                .setMatcherList(Matcher.MatcherList.newBuilder().addMatchers(outside))
                .setOnNoMatch(inside));
    }
}
