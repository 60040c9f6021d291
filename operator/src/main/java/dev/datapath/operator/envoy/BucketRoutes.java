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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The entries of one bucket in the look-up trees of all classes. Compared by identity: an unchanged bucket is the same object. */
final class BucketRoutes {

    /** The entry for a whole bucket. */
    static final String WHOLE = "/";

    private final BucketMatch bucket;
    private final Map<RequestClass, Map<String, Selected>> byClass;
    private final Set<String> clusters;
    private final int plainRoutes;

    private BucketRoutes(BucketMatch bucket, Map<RequestClass, Map<String, Selected>> byClass) {
        this.bucket = bucket;
        this.byClass = byClass;
        this.clusters = byClass.values().stream()
                .flatMap(entries -> entries.values().stream())
                .flatMap(selected -> selected.clusters().stream())
                .collect(Collectors.toUnmodifiableSet());
        this.plainRoutes = (int) byClass.keySet().stream()
                .filter(requestClass -> plain(requestClass) != null)
                .count();
    }

    /**
     * Selects the entries of a bucket.
     *
     * @param matches all matches that cover the bucket, in precedence order
     * @param classes the classes that the table distinguishes
     */
    static BucketRoutes of(
            RuleSelection selection, BucketMatch bucket, List<MatchPlan> matches, Set<RequestClass> classes) {
        var byClass = new EnumMap<RequestClass, Map<String, Selected>>(RequestClass.class);
        for (var requestClass : classes) {
            var own = matches.stream()
                    .filter(match -> match.bucket().equals(bucket))
                    .filter(match -> selection.touches(match, requestClass))
                    .toList();
            // A class without a match of this bucket falls through to wider buckets.
            if (!own.isEmpty() || bucket instanceof BucketMatch.Any) {
                byClass.put(requestClass, entries(selection, bucket, requestClass, own, matches));
            }
        }
        return new BucketRoutes(bucket, byClass);
    }

    BucketMatch bucket() {
        return bucket;
    }

    /**
     * The selection for requests of a class, by the rest of the target after the bucket's name: {@link #WHOLE} is the whole bucket,
     * longer texts are key prefixes. Empty when no match of the bucket concerns the class.
     */
    Map<String, Selected> of(RequestClass requestClass) {
        return byClass.getOrDefault(requestClass, Map.of());
    }

    /** The plain rule that matches all requests of a class; null when there is no such single rule. */
    Selected.@Nullable Plain plain(RequestClass requestClass) {
        var entries = of(requestClass);
        return entries.size() == 1 && entries.get(WHOLE) instanceof Selected.Plain plain ? plain : null;
    }

    /** Number of classes with a plain rule. */
    int plainRoutes() {
        return plainRoutes;
    }

    /** All clusters that the routes reference. */
    Set<String> clusters() {
        return clusters;
    }

    private static Map<String, Selected> entries(
            RuleSelection selection,
            BucketMatch bucket,
            RequestClass requestClass,
            List<MatchPlan> own,
            List<MatchPlan> matches) {
        var entries = new TreeMap<String, Selected>();
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

    private static Selected keyPrefix(
            RuleSelection selection,
            BucketMatch.Exact bucket,
            RequestClass requestClass,
            String prefix,
            List<MatchPlan> matches) {
        var inside = selection.select(new Entry(bucket, prefix), requestClass, matches);
        if (!prefix.endsWith("/")) {
            return inside;
        }
        // Because of the slash appended to the target, the key "tmp" appears to start with "tmp/".
        var shorter = prefix.substring(0, prefix.length() - 1);
        var usual = selection.selectUsual(new Entry(bucket, shorter), requestClass, matches);
        var outside =
                Predicates.when(Predicates.equal(Names.TARGET_HEADER, selection.target(bucket, shorter)), usual.then());
        return new Selected.Routes(
                Predicates.nested(Matcher.newBuilder()
                        .setMatcherList(Matcher.MatcherList.newBuilder().addMatchers(outside))
                        .setOnNoMatch(inside.then())),
                Stream.of(inside, usual)
                        .flatMap(selected -> selected.clusters().stream())
                        .collect(Collectors.toUnmodifiableSet()));
    }
}
