package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import com.google.protobuf.UInt64Value;
import com.google.protobuf.UnknownFieldSet;
import dev.datapath.operator.envoy.RuleSelection.Entry;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.PoolPlan.Balancing.Policy;
import dev.datapath.operator.plan.RulePlan;
import dev.datapath.operator.s3.RequestClass;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A listener's routes. Lookup is by class, then by longest prefix in a hash tree of buckets and keys, then through the
 * few matches of that bucket: its price does not depend on how many rules there are for other buckets.
 */
final class RouteTable {

    /**
     * How much of a request's body may be held back until its connection stands, so that a node that refuses
     * connections costs a small write no error. More would be a copy of every upload.
     */
    private static final long BODY_BUFFER_BYTES = 64 * 1024;

    /** {@code VirtualHost.request_body_buffer_limit}, a UInt64Value: newer than the API library. */
    private static final int BODY_BUFFER_FIELD = 25;

    private final ListenerPlan listener;
    private final Map<String, RulePlan> rules;
    private final Map<String, Policy> balancing;
    /** The matches of each exact bucket and of each prefix, in precedence order, with all that cover it. */
    private final Map<BucketMatch, List<MatchPlan>> candidates;

    RouteTable(ListenerPlan listener, Map<String, RulePlan> rules, Map<String, Policy> balancing) {
        this.listener = listener;
        this.rules = rules;
        this.balancing = balancing;
        this.candidates = candidates(listener.matches());
    }

    RouteConfiguration render() {
        var configuration = RouteConfiguration.newBuilder()
                .setName(listener.name())
                .setIgnorePortInHostMatching(true)
                .addRequestHeadersToRemove(Names.TARGET_HEADER)
                .addRequestHeadersToRemove(Names.HOST_HEADER)
                // Envoy adds both by itself; a store must see what the client sent.
                .addRequestHeadersToRemove("x-forwarded-proto")
                .addRequestHeadersToRemove("x-envoy-external-address");
        for (var domain : listener.baseDomains()) {
            configuration.addVirtualHosts(virtualHost("host/" + domain, "*." + domain, AddressStyle.HOST, domain));
        }
        return configuration
                .addVirtualHosts(virtualHost("path", "*", AddressStyle.PATH, ""))
                .build();
    }

    private VirtualHost virtualHost(String name, String domains, AddressStyle style, String baseDomain) {
        var selection = new RuleSelection(listener, rules, new RouteRenderer(balancing, style), style);
        var matcher = new RequestClassifier(style)
                .dispatch(
                        guards(style),
                        requestClass -> style == AddressStyle.PATH
                                ? byPath(selection, requestClass)
                                : byHost(selection, requestClass, baseDomain));
        return VirtualHost.newBuilder()
                .setName(name)
                .addDomains(domains)
                .setMatcher(matcher)
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                BODY_BUFFER_FIELD,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(UInt64Value.of(BODY_BUFFER_BYTES)
                                                .toByteString())
                                        .build())
                        .build())
                .build();
    }

    /**
     * Refusals of spellings that would slip past a rule for a bucket: a bucket name never needs percent-encoding, and
     * host names are compared here letter by letter.
     */
    private List<FieldMatcher> guards(AddressStyle style) {
        if (candidates.size() <= 1) {
            return List.of();
        }
        var match = RouteMatch.newBuilder().setPrefix("/").build();
        if (style == AddressStyle.PATH) {
            var message = "A bucket name must not be percent-encoded.";
            var refusal = RouteRenderer.refuse("guard/bucket", 400, "InvalidBucketName", message, match);
            return List.of(Predicates.when(
                    Predicates.matches(Names.TARGET_HEADER, "/[^/%]*%.*"), Predicates.action("route", refusal)));
        }
        var message = "The host name must be in lower case.";
        var refusal = RouteRenderer.refuse("guard/host", 400, "InvalidRequest", message, match);
        return List.of(Predicates.when(
                Predicates.matches(Names.HOST_HEADER, ".*[A-Z].*"), Predicates.action("route", refusal)));
    }

    private Matcher.OnMatch byPath(RuleSelection selection, RequestClass requestClass) {
        var entries = new LinkedHashMap<String, Matcher.OnMatch>();
        candidates.forEach((bucket, matches) -> {
            switch (bucket) {
                case BucketMatch.Any any -> {}
                case BucketMatch.Prefix(var prefix) -> {
                    var entry = new Entry(bucket, "");
                    if (anyOwn(matches, bucket, requestClass)) {
                        entries.put("/" + prefix, selection.select(entry, requestClass, matches, false));
                    }
                }
                case BucketMatch.Exact(var name) ->
                    ofBucket(selection, requestClass, bucket, matches)
                            .forEach((key, then) -> entries.put("/" + name + key, then));
            }
        });
        return Predicates.longestPrefix(Names.TARGET_HEADER, entries, anyBucket(selection, requestClass));
    }

    private Matcher.OnMatch byHost(RuleSelection selection, RequestClass requestClass, String baseDomain) {
        var entries = new LinkedHashMap<String, Matcher.OnMatch>();
        candidates.forEach((bucket, matches) -> {
            switch (bucket) {
                case BucketMatch.Any any -> {}
                case BucketMatch.Prefix(var prefix) -> {
                    if (anyOwn(matches, bucket, requestClass)) {
                        entries.put(prefix, selection.select(new Entry(bucket, ""), requestClass, matches, false));
                    }
                }
                case BucketMatch.Exact(var name) -> {
                    var byKey = ofBucket(selection, requestClass, bucket, matches);
                    var whole = byKey.remove("/");
                    if (whole != null) {
                        entries.put(
                                name + "." + baseDomain + ":",
                                Predicates.longestPrefix(Names.TARGET_HEADER, byKey, whole));
                    }
                }
            }
        });
        return Predicates.longestPrefix(Names.HOST_HEADER, entries, anyBucket(selection, requestClass));
    }

    /**
     * The entries of one bucket, by how the rest of the target begins; "/" is the whole bucket. Empty when no match of
     * this bucket is about the class.
     */
    private Map<String, Matcher.OnMatch> ofBucket(
            RuleSelection selection, RequestClass requestClass, BucketMatch bucket, List<MatchPlan> matches) {
        var entries = new TreeMap<String, Matcher.OnMatch>();
        if (!anyOwn(matches, bucket, requestClass)) {
            return entries;
        }
        for (var match : matches) {
            if (match.bucket().equals(bucket)
                    && !match.keyPrefix().isEmpty()
                    && OperationConditions.touches(match.operations(), requestClass)) {
                entries.computeIfAbsent(
                        "/" + KeyPattern.canonical(match.keyPrefix()),
                        key -> selection.select(new Entry(bucket, match.keyPrefix()), requestClass, matches, false));
            }
        }
        var whole = new Entry(bucket, "");
        var usual = selection.select(whole, requestClass, matches, false);
        if (entries.isEmpty()) {
            entries.put("/", usual);
        } else {
            var unusual = Predicates.when(
                    Predicates.contains(Names.TARGET_HEADER, "%"),
                    selection.select(whole, requestClass, matches, true));
            entries.put(
                    "/",
                    Predicates.nested(Matcher.newBuilder()
                            .setMatcherList(Matcher.MatcherList.newBuilder().addMatchers(unusual))
                            .setOnNoMatch(usual)));
        }
        return entries;
    }

    private Matcher.OnMatch anyBucket(RuleSelection selection, RequestClass requestClass) {
        var any = new BucketMatch.Any();
        return selection.select(new Entry(any, ""), requestClass, candidates.getOrDefault(any, List.of()), false);
    }

    private static boolean anyOwn(List<MatchPlan> matches, BucketMatch bucket, RequestClass requestClass) {
        return matches.stream()
                .anyMatch(match ->
                        match.bucket().equals(bucket) && OperationConditions.touches(match.operations(), requestClass));
    }

    /** For every bucket or prefix that is named: the matches that cover it, the winner first. */
    private static Map<BucketMatch, List<MatchPlan>> candidates(List<MatchPlan> matches) {
        var wide = matches.stream()
                .filter(match -> !(match.bucket() instanceof BucketMatch.Exact))
                .toList();
        var candidates = new LinkedHashMap<BucketMatch, List<MatchPlan>>();
        candidates.put(new BucketMatch.Any(), new ArrayList<>());
        for (var match : matches) {
            candidates
                    .computeIfAbsent(match.bucket(), bucket -> new ArrayList<>())
                    .add(match);
        }
        // Precedence puts what names a bucket exactly before prefixes, longer ones first, and those before the rest.
        candidates.forEach((bucket, own) -> wide.stream()
                .filter(match ->
                        !match.bucket().equals(bucket) && match.bucket().covers(bucket))
                .forEach(own::add));
        return candidates;
    }
}
