package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import com.google.protobuf.UInt64Value;
import com.google.protobuf.UnknownFieldSet;
import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import dev.datapath.operator.s3.RequestClass;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

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
    private final Map<String, PoolTraits> pools;
    private final RouteCache cache;
    /** Whether rules name actions, so that requests of no known shape matter. */
    private final boolean byOperation;
    /** Denies by what a request copies or moves. */
    private final List<FieldMatcher> sources;
    /** The matches of each exact bucket and of each prefix, in precedence order, with all that cover it. */
    private final Map<BucketMatch, List<MatchPlan>> candidates;

    RouteTable(ListenerPlan listener, Map<String, RulePlan> rules, Map<String, PoolTraits> pools, RouteCache cache) {
        this.listener = listener;
        this.rules = rules;
        this.pools = pools;
        this.cache = cache;
        this.byOperation = listener.matches().stream()
                .anyMatch(match -> !match.operations().isEmpty());
        this.candidates = candidates(listener.matches());
        var sourceDenies = Stream.of(
                        new SourceDenies(Names.COPY_SOURCE, Set.of(S3Operation.GetObject), listener.matches(), rules),
                        new SourceDenies(
                                Names.RENAME_SOURCE,
                                Set.of(S3Operation.GetObject, S3Operation.DeleteObject),
                                listener.matches(),
                                rules))
                .map(SourceDenies::render)
                .filter(Objects::nonNull);
        this.sources = Stream.concat(UnderscoredHeaders.guard(headersOfWrites()).stream(), sourceDenies)
                .toList();
    }

    /** The headers that tell whether a write is denied. */
    private List<String> headersOfWrites() {
        var denies = denies();
        return (byOperation && !denies.isEmpty()) || denies.stream().anyMatch(RouteTable::namesObjects)
                ? List.of(Names.COPY_SOURCE, Names.RENAME_SOURCE)
                : List.of();
    }

    private static boolean namesObjects(MatchPlan match) {
        return !(match.bucket() instanceof BucketMatch.Any)
                || !match.keyPrefix().isEmpty();
    }

    RouteConfiguration render() {
        var configuration = RouteConfiguration.newBuilder()
                .setName(listener.name())
                .setIgnorePortInHostMatching(true)
                .addRequestHeadersToRemove(Names.TARGET_HEADER)
                .addRequestHeadersToRemove(Names.HOST_HEADER)
                .addRequestHeadersToRemove(Names.METHOD_HEADER)
                .addRequestHeadersToRemove(Names.PROTOCOL_HEADER)
                .addRequestHeadersToRemove(Names.FORWARDED_PROTO_HEADER)
                // Envoy adds it; a store must see what the client sent.
                .addRequestHeadersToRemove("x-envoy-external-address")
                // A store's answer is never an error of the gateway.
                .addResponseHeadersToRemove(GrpcErrors.STATUS_HEADER)
                .addResponseHeadersToAdd(LocalReplies.header(LocalReplies.REQUEST_ID_HEADER, LocalReplies.REQUEST_ID));
        for (var domain : listener.baseDomains()) {
            configuration.addVirtualHosts(virtualHost(
                    "host/" + domain, List.of("*." + domain, "*." + domain + "."), AddressStyle.HOST, domain));
        }
        return configuration
                .addVirtualHosts(virtualHost("path", pathStyle(), AddressStyle.PATH, ""))
                .build();
    }

    /** Any host; those that are base domains themselves are no buckets of a shorter one. */
    private List<String> pathStyle() {
        var domains = new ArrayList<String>();
        domains.add("*");
        for (var domain : listener.baseDomains()) {
            if (listener.baseDomains().stream().anyMatch(other -> domain.endsWith("." + other))) {
                domains.add(domain);
                domains.add(domain + ".");
            }
        }
        return domains;
    }

    private VirtualHost virtualHost(String name, List<String> domains, AddressStyle style, String baseDomain) {
        var buckets = buckets(style);
        var guards = Guards.of(listener, denies(), style, baseDomain);
        if (style == AddressStyle.HOST) {
            new HostReadings(listener.matches(), rules, byOperation)
                    .render(baseDomain)
                    .ifPresent(guards::add);
        }
        var matcher = new RequestClassifier(style, byOperation)
                .dispatch(
                        guards,
                        sources,
                        requestClass -> style == AddressStyle.PATH
                                ? byPath(buckets, requestClass)
                                : byHost(buckets, requestClass, baseDomain));
        return VirtualHost.newBuilder()
                .setName(name)
                .addAllDomains(domains)
                .setMatcher(matcher)
                // Envoy's value goes, the client's own comes back. The host's headers are set before the table's are
                // removed.
                .addRequestHeadersToRemove(Names.FORWARDED_PROTO)
                .addRequestHeadersToAdd(
                        LocalReplies.header(Names.FORWARDED_PROTO, "%REQ(" + Names.FORWARDED_PROTO_HEADER + ")%"))
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

    private List<MatchPlan> denies() {
        return listener.matches().stream()
                .filter(match -> {
                    var rule = rules.get(match.rule());
                    return rule != null && rule.action() instanceof RulePlan.Deny;
                })
                .toList();
    }

    private Matcher.OnMatch byPath(Map<BucketMatch, BucketRoutes> buckets, RequestClass requestClass) {
        var entries = new LinkedHashMap<String, Matcher.OnMatch>();
        buckets.forEach((bucket, routes) -> {
            var byKey = routes.byClass().getOrDefault(requestClass, Map.of());
            switch (bucket) {
                case BucketMatch.Any any -> {}
                case BucketMatch.Prefix(var prefix) -> byKey.forEach((key, then) -> entries.put("/" + prefix, then));
                case BucketMatch.Exact(var name) -> byKey.forEach((key, then) -> entries.put("/" + name + key, then));
            }
        });
        return Predicates.longestPrefix(Names.TARGET_HEADER, entries, anyBucket(buckets, requestClass));
    }

    private Matcher.OnMatch byHost(
            Map<BucketMatch, BucketRoutes> buckets, RequestClass requestClass, String baseDomain) {
        var entries = new LinkedHashMap<String, Matcher.OnMatch>();
        buckets.forEach((bucket, routes) -> {
            var byKey = new TreeMap<>(routes.byClass().getOrDefault(requestClass, Map.of()));
            var whole = byKey.remove(BucketRoutes.WHOLE);
            if (whole != null) {
                switch (bucket) {
                    case BucketMatch.Any any -> {}
                    case BucketMatch.Prefix(var prefix) ->
                        // The prefix "a." begins like the host of the bucket "a", which comes first.
                        entries.merge(
                                prefix, whole, (exact, wide) -> Predicates.firstOf(Names.HOST_HEADER, exact, wide));
                    case BucketMatch.Exact(var name) ->
                        entries.merge(
                                name + ".",
                                Predicates.only(
                                        Predicates.matches(
                                                Names.HOST_HEADER,
                                                name.replace(".", "\\.") + Guards.hostEnd(baseDomain)),
                                        Predicates.longestPrefix(Names.TARGET_HEADER, byKey, whole)),
                                (wide, exact) -> Predicates.firstOf(Names.HOST_HEADER, exact, wide));
                }
            }
        });
        return Predicates.longestPrefix(Names.HOST_HEADER, entries, anyBucket(buckets, requestClass));
    }

    private static Matcher.OnMatch anyBucket(Map<BucketMatch, BucketRoutes> buckets, RequestClass requestClass) {
        var any = buckets.get(new BucketMatch.Any());
        var whole = any == null
                ? null
                : any.byClass().getOrDefault(requestClass, Map.of()).get(BucketRoutes.WHOLE);
        if (whole == null) {
            throw new IllegalStateException("requests of class " + requestClass + " have no fallback");
        }
        return whole;
    }

    private Map<BucketMatch, BucketRoutes> buckets(AddressStyle style) {
        var selection =
                new RuleSelection(listener, rules, new RouteRenderer(pools, style, listener.baseDomains()), style);
        var classes = byOperation
                ? EnumSet.allOf(RequestClass.class)
                : EnumSet.complementOf(EnumSet.of(RequestClass.UNKNOWN));
        var buckets = new LinkedHashMap<BucketMatch, BucketRoutes>();
        candidates.forEach((bucket, matches) -> {
            var used = matches.stream()
                    .map(match -> rules.get(match.rule()))
                    .filter(Objects::nonNull)
                    .toList();
            buckets.put(
                    bucket,
                    cache.get(
                            new RouteCache.Key(listener.name(), style, bucket),
                            new RouteCache.Inputs(
                                    matches,
                                    used,
                                    byOperation,
                                    listener.baseDomains(),
                                    listener.defaultBackend(),
                                    pools),
                            () -> BucketRoutes.of(selection, bucket, matches, classes)));
        });
        return buckets;
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
