package dev.datapath.operator.envoy;

import static dev.datapath.operator.envoy.Predicates.matches;
import static dev.datapath.operator.envoy.Predicates.when;

import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Denies of requests for what they read from another object: CopyObject and UploadPartCopy name their source in a header,
 * and so does RenameObject. Whatever rule takes the source, read as an object of its own, decides; when that rule forwards,
 * the request goes on to the rules for its target.
 */
final class SourceDenies {

    private static final String SLASH = "(?:/|%2[fF])";
    private static final List<String> LEADS = List.of("", "/", "%2F", "%2f");
    private static final RouteMatch EVERYTHING =
            RouteMatch.newBuilder().setPrefix("/").build();

    private final String header;
    private final Map<String, RulePlan> rules;
    private final List<MatchPlan> denies;
    private final List<MatchPlan> forwards;
    private final Map<BucketMatch, List<MatchPlan>> byBucket;

    /**
     * Those of one header.
     *
     * @param header what names the source
     * @param actions what a request does to the source
     * @param matches of the listener, in order of precedence
     */
    SourceDenies(String header, Set<S3Operation> actions, List<MatchPlan> matches, Map<String, RulePlan> rules) {
        this.header = header;
        this.rules = rules;
        var relevant = matches.stream()
                .filter(match -> match.operations().isEmpty()
                        || match.operations().stream().anyMatch(actions::contains))
                .toList();
        this.forwards = relevant.stream().filter(match -> !denies(match)).toList();
        this.byBucket = relevant.stream().collect(Collectors.groupingBy(MatchPlan::bucket));
        this.denies = relevant.stream().filter(this::denies).toList();
    }

    /** What to ask of a request that has the header; without result the request goes on. */
    @Nullable
    FieldMatcher render() {
        if (denies.isEmpty()) {
            return null;
        }
        var matchersByBucket = new LinkedHashMap<BucketMatch, List<FieldMatcher>>();
        denies.forEach(match -> matchersByBucket
                .computeIfAbsent(match.bucket(), bucket -> new ArrayList<>())
                .add(when(predicate(match), deny(match))));
        var list = Matcher.MatcherList.newBuilder().addMatchers(spelling());
        new SecondSource(header, denies)
                .predicates()
                .forEach(predicate -> list.addMatchers(when(predicate, ambiguous())));
        var entries = new LinkedHashMap<String, Matcher.OnMatch>();
        matchersByBucket.forEach((bucket, matchers) -> {
            var gated = gated(bucket, matchers);
            if (bucket instanceof BucketMatch.Any) {
                list.addMatchers(when(matches(header, ".+"), gated));
            } else {
                LEADS.forEach(lead -> entries.put(lead + name(bucket), gated));
            }
        });
        var asked = Matcher.newBuilder().setMatcherList(list);
        if (!entries.isEmpty()) {
            asked.setOnNoMatch(Predicates.longestPrefix(header, entries));
        }
        return when(matches(header, ".+"), Predicates.nested(asked));
    }

    /** Rules that forward a part of the buckets win over a deny of all of them. */
    private Matcher.OnMatch gated(BucketMatch bucket, List<FieldMatcher> matchers) {
        var list = Predicates.nested(Matcher.newBuilder()
                .setMatcherList(Matcher.MatcherList.newBuilder().addAllMatchers(matchers)));
        if (bucket instanceof BucketMatch.Exact) {
            return list;
        }
        var narrower = forwards.stream()
                .filter(match -> !match.bucket().equals(bucket) && bucket.covers(match.bucket()))
                .map(this::conditions)
                .toList();
        return narrower.isEmpty() ? list : Predicates.only(Predicates.not(Predicates.any(narrower)), list);
    }

    /** What a deny takes and no earlier rule for the same buckets forwards. */
    private Predicate predicate(MatchPlan deny) {
        var earlier = byBucket.getOrDefault(deny.bucket(), List.of()).stream()
                .takeWhile(match -> match != deny)
                .filter(match -> !denies(match))
                .map(this::conditions)
                .toList();
        return earlier.isEmpty()
                ? conditions(deny)
                : Predicates.and(conditions(deny), Predicates.not(Predicates.any(earlier)));
    }

    private Predicate conditions(MatchPlan match) {
        var parts = new ArrayList<Predicate>();
        parts.add(matches(header, SLASH + "?" + pattern(match.bucket()) + key(match.keyPrefix(), denies(match))));
        match.headers().forEach(wanted -> parts.add(Predicates.equal(wanted.name(), wanted.value())));
        if (!match.sourceCidrs().isEmpty()) {
            parts.add(Predicates.clientIn(match.sourceCidrs()));
        }
        return Predicates.all(parts);
    }

    static String key(String prefix, boolean denies) {
        if (prefix.isEmpty()) {
            return SLASH + ".*";
        }
        return denies
                ? KeyPattern.SLASHES + KeyPattern.everySpellingWithMoreSlashes(prefix) + ".*"
                : SLASH + KeyPattern.everySpelling(prefix) + ".*";
    }

    /** The bucket's name, which {@link #spelling} has found to be spelled literally. */
    static String pattern(BucketMatch bucket) {
        return switch (bucket) {
            case BucketMatch.Any any -> "[^/%]+";
            case BucketMatch.Exact(var name) -> name.replace(".", "\\.");
            case BucketMatch.Prefix(var prefix) -> prefix.replace(".", "\\.") + "[^/%]*";
        };
    }

    private static String name(BucketMatch bucket) {
        return switch (bucket) {
            case BucketMatch.Any any -> "";
            case BucketMatch.Exact(var name) -> name;
            case BucketMatch.Prefix(var prefix) -> prefix;
        };
    }

    /**
     * Refuses a source whose bucket stores would read differently: MinIO takes {@code //host/bucket/key} and URLs, Ceph a
     * tenant before a colon, SeaweedFS resolves dots.
     */
    private FieldMatcher spelling() {
        boolean byKey = denies.stream().anyMatch(match -> !match.keyPrefix().isEmpty());
        var literal = SLASH + "?[A-Za-z0-9][A-Za-z0-9._-]*(?:" + SLASH + ".*)?";
        return when(
                Predicates.or(
                        Predicates.not(matches(header, literal)),
                        matches(header, byKey ? Segments.ODD : Segments.escape("[^/].*"))),
                Predicates.action(
                        "route",
                        RouteRenderer.refuse(
                                "guard/source",
                                400,
                                "InvalidArgument",
                                "The source must be bucket/key, with the bucket spelled literally and without dot segments.",
                                EVERYTHING)));
    }

    private Matcher.OnMatch ambiguous() {
        return Predicates.action(
                "route",
                RouteRenderer.refuse(
                        "guard/source", 400, "InvalidArgument", "A request must name one source.", EVERYTHING));
    }

    private Matcher.OnMatch deny(MatchPlan match) {
        var rule = rule(match);
        if (!(rule.action() instanceof RulePlan.Deny(var code, var status))) {
            throw new IllegalStateException(rule.id() + " does not deny");
        }
        return Predicates.action(
                "route", RouteRenderer.refuse(rule.id(), status, code, RouteRenderer.DENIED, EVERYTHING));
    }

    private boolean denies(MatchPlan match) {
        return rule(match).action() instanceof RulePlan.Deny;
    }

    private RulePlan rule(MatchPlan match) {
        var rule = rules.get(match.rule());
        if (rule == null) {
            throw new IllegalArgumentException("the plan has no rule " + match.rule());
        }
        return rule;
    }
}
