package dev.datapath.operator.envoy;

import static dev.datapath.operator.envoy.Predicates.matches;
import static dev.datapath.operator.envoy.Predicates.when;

import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Denies by a second address of a request, such as the source of a copy. The rule that matches {@code bucket/key} in a header
 * decides. When that rule forwards, nothing matches and the rule for the request's own target applies.
 */
final class DeniedAddresses {

    /** A separator of bucket and key. */
    static final String SLASH = "(?:/|%2[fF])";

    private static final RouteMatch EVERYTHING =
            RouteMatch.newBuilder().setPrefix("/").build();

    private final Address address;
    private final Map<String, RulePlan> rules;
    private final List<MatchPlan> denies;
    private final List<MatchPlan> forwards;
    private final Map<BucketMatch, List<MatchPlan>> byBucket;

    /** The location of an address, and further conditions of its matches. */
    interface Address {

        /** The header with the address. */
        String header();

        /** Texts that may precede the bucket. */
        List<String> leads();

        /** An expression for the bucket and a preceding text. */
        default String bucket(BucketMatch bucket) {
            return SLASH + "?" + pattern(bucket);
        }

        /** Matches an address with this bucket and a key with this prefix. */
        default Predicate named(BucketMatch bucket, String keyPrefix, boolean denies) {
            return matches(header(), bucket(bucket) + key(keyPrefix, denies));
        }

        /** Whether a match of any bucket matches every value of the header. */
        boolean anyValue();

        /**
         * Rejects addresses of a bucket independent of its rules, because a store may read another address from them.
         *
         * @param matches the matches of exactly this bucket
         * @param denies all matches that deny
         */
        Optional<FieldMatcher> guard(BucketMatch bucket, List<MatchPlan> matches, List<MatchPlan> denies);

        /** Matches requests that write other keys than the key of the address. */
        Optional<Predicate> keyInBody();

        /**
         * The conditions of a match other than bucket and key. No alternative means that the match does not concern such requests.
         */
        List<List<Predicate>> conditions(MatchPlan match, boolean denies);
    }

    /**
     * Selects the matches that concern the address.
     *
     * @param matches matches of the listener, in order of precedence
     */
    DeniedAddresses(Address address, List<MatchPlan> matches, Map<String, RulePlan> rules) {
        this.address = address;
        this.rules = rules;
        var relevant = matches.stream()
                .filter(match -> !address.conditions(match, denies(match)).isEmpty())
                .toList();
        this.forwards = relevant.stream().filter(match -> !denies(match)).toList();
        this.byBucket = relevant.stream()
                .collect(Collectors.groupingBy(MatchPlan::bucket, LinkedHashMap::new, Collectors.toList()));
        this.denies = relevant.stream().filter(this::denies).toList();
    }

    /** The matches that deny, in order of precedence. */
    List<MatchPlan> denies() {
        return denies;
    }

    /** A matcher that answers denied requests; no match for other requests. */
    Matcher.OnMatch after(List<FieldMatcher> guards) {
        var matchersByBucket = new LinkedHashMap<BucketMatch, List<FieldMatcher>>();
        denies.forEach(match -> matchersByBucket
                .computeIfAbsent(match.bucket(), bucket -> new ArrayList<>())
                .add(when(predicate(match), deny(match))));
        var list = Matcher.MatcherList.newBuilder().addAllMatchers(guards);
        var entries = new LinkedHashMap<String, Matcher.OnMatch>();
        byBucket.forEach((bucket, ofBucket) -> {
            var answer = answer(
                    address.guard(bucket, ofBucket, denies), bucket, matchersByBucket.getOrDefault(bucket, List.of()));
            if (answer == null) {
                return;
            }
            if (bucket instanceof BucketMatch.Any) {
                list.addMatchers(when(matches(address.header(), ".+"), answer));
            } else {
                // A bucket and a bucket prefix may have the same text.
                address.leads()
                        .forEach(lead -> entries.merge(
                                lead + name(bucket),
                                answer,
                                (first, second) -> Predicates.firstOf(address.header(), first, second)));
            }
        });
        var asked = Matcher.newBuilder();
        if (list.getMatchersCount() > 0) {
            asked.setMatcherList(list);
            if (!entries.isEmpty()) {
                asked.setOnNoMatch(Predicates.longestPrefix(address.header(), entries));
            }
            return Predicates.nested(asked);
        }
        return Predicates.longestPrefix(address.header(), entries);
    }

    /** Null when nothing is rejected. A rule that forwards some of the buckets does not disable the guard. */
    private Matcher.@Nullable OnMatch answer(
            Optional<FieldMatcher> guard, BucketMatch bucket, List<FieldMatcher> matchers) {
        var denied = matchers.isEmpty() ? null : gated(bucket, matchers);
        if (guard.isEmpty()) {
            return denied;
        }
        var list = Matcher.MatcherList.newBuilder().addMatchers(guard.get());
        if (denied != null) {
            list.addMatchers(when(matches(address.header(), ".+"), denied));
        }
        return Predicates.nested(Matcher.newBuilder().setMatcherList(list));
    }

    /** Rules that forward some of the buckets have precedence over a deny of all of them. */
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

    /** Matches requests of a deny that no earlier rule for the same buckets forwards. */
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
        boolean denies = denies(match);
        var parts = new ArrayList<Predicate>();
        if (!address.anyValue()
                || !(match.bucket() instanceof BucketMatch.Any)
                || !match.keyPrefix().isEmpty()) {
            var named = address.named(match.bucket(), match.keyPrefix(), denies);
            parts.add(
                    denies && !match.keyPrefix().isEmpty()
                            ? address.keyInBody()
                                    .map(inBody -> Predicates.or(
                                            named, Predicates.and(inBody, address.named(match.bucket(), "", true))))
                                    .orElse(named)
                            : named);
        }
        parts.addAll(HeaderValues.predicates(match.headers(), denies));
        if (!match.sourceCidrs().isEmpty()) {
            parts.add(Predicates.clientIn(match.sourceCidrs(), denies));
        }
        if (!match.credentials().isEmpty()) {
            parts.add(CredentialConditions.predicate(match.credentials(), denies));
        }
        var alternatives = address.conditions(match, denies);
        if (alternatives.stream().noneMatch(List::isEmpty)) {
            parts.add(Predicates.any(alternatives.stream().map(Predicates::all).toList()));
        }
        return parts.isEmpty() ? matches(address.header(), ".+") : Predicates.all(parts);
    }

    static String key(String prefix, boolean denies) {
        if (prefix.isEmpty()) {
            return SLASH + ".*";
        }
        return denies
                ? KeyPattern.SLASHES + KeyPattern.everySpellingWithMoreSlashes(prefix) + ".*"
                : SLASH + KeyPattern.everySpelling(prefix) + ".*";
    }

    /** An expression for the literal bucket name. */
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

    private Matcher.OnMatch deny(MatchPlan match) {
        var rule = rule(match);
        if (!(rule.action() instanceof RulePlan.Deny(var code, var status))) {
            throw new IllegalStateException(rule.id() + " does not deny");
        }
        return Predicates.action(
                "route", RouteRenderer.reject(rule.id(), status, code, RouteRenderer.DENIED, EVERYTHING));
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
