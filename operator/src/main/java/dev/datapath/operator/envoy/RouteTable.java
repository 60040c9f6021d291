package dev.datapath.operator.envoy;

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
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The routes of a listener. The look-up selects by class, then by longest prefix in a hash tree of buckets and keys, then through
 * the few matches of that bucket. Its cost does not depend on the number of rules for other buckets.
 */
final class RouteTable {

    /**
     * How much of a request body is buffered until the upstream connection is established. With this, a node that refuses
     * connections causes no error for a small write. A larger buffer would copy every upload.
     */
    private static final long BODY_BUFFER_BYTES = 64 * 1024;

    /** {@code VirtualHost.request_body_buffer_limit}, a UInt64Value: newer than the API library. */
    private static final int BODY_BUFFER_FIELD = 25;

    /**
     * With its own route, a rule has its name in logs and metrics, and costs Envoy about 19 µs for each class of requests and each
     * change of any rule. In a map it costs 5 µs for all classes. This number of routes corresponds to about 250 rules, see
     * docs/architecture.md.
     */
    static final int MAX_PLAIN_ROUTES = 1_000;

    private final ListenerPlan listener;
    private final Map<String, RulePlan> rules;
    private final Map<String, PoolTraits> pools;
    private final RouteCache.OfListener memory;
    private final int maxPlainRoutes;
    /** Whether rules list actions. Only then requests of unknown shape matter. */
    private final boolean byOperation;

    private final List<MatchPlan> denies;
    private final List<Encoding> parts = new ArrayList<>();
    private final Set<String> clusters = new HashSet<>();
    /** Denies by the source of a copy or rename. */
    private final List<FieldMatcher> sources;
    /** For each exact bucket and each prefix, all matches that cover it, in precedence order. */
    private final Map<BucketMatch, List<MatchPlan>> candidates;

    /** @param maxPlainRoutes maximum number of routes of plain rules before a map replaces them */
    RouteTable(
            ListenerPlan listener,
            Map<String, RulePlan> rules,
            Map<String, PoolTraits> pools,
            RouteCache cache,
            int maxPlainRoutes) {
        this.listener = DeniedPrefixes.shortened(listener, rules);
        this.rules = rules;
        this.pools = pools;
        this.maxPlainRoutes = maxPlainRoutes;
        this.byOperation = this.listener.matches().stream()
                .anyMatch(match -> !match.operations().isEmpty());
        this.denies = denies(this.listener, rules);
        this.memory = cache.of(
                listener.name(),
                new RouteCache.Surroundings(byOperation, listener.baseDomains(), listener.defaultBackend(), pools));
        this.candidates = candidates(this.listener.matches());
        this.sources = denies.isEmpty() ? List.of() : sources();
    }

    private List<FieldMatcher> sources() {
        var sourceDenies = Stream.of(
                        new SourceDenies(
                                Names.COPY_SOURCE, Set.of(S3Operation.GetObject), this.listener.matches(), rules),
                        new SourceDenies(
                                Names.RENAME_SOURCE,
                                Set.of(S3Operation.GetObject, S3Operation.DeleteObject),
                                this.listener.matches(),
                                rules))
                .map(SourceDenies::render)
                .filter(Objects::nonNull);
        var headers = headersOfWrites();
        var guards = Stream.of(UnderscoredHeaders.guard(headers), QueriedSources.guard(headers))
                .flatMap(Optional::stream);
        return Stream.concat(guards, sourceDenies).toList();
    }

    /** The headers that decide whether a write is denied. */
    private List<String> headersOfWrites() {
        return (byOperation && !denies.isEmpty()) || denies.stream().anyMatch(RouteTable::namesObjects)
                ? List.of(Names.COPY_SOURCE, Names.RENAME_SOURCE)
                : List.of();
    }

    private static boolean namesObjects(MatchPlan match) {
        return !(match.bucket() instanceof BucketMatch.Any)
                || !match.keyPrefix().isEmpty();
    }

    /**
     * Virtual hosts and maps of a table.
     *
     * @param fields encoded fields of the route configuration
     * @param clusters clusters that they reference
     */
    record Body(Encoding fields, Set<String> clusters) {

        /**
         * The table of one listener.
         *
         * @param requestIdToStore whether stores get the request id of the access log
         */
        Part<RouteConfiguration> of(String listener, boolean requestIdToStore) {
            var configuration = RouteConfiguration.newBuilder()
                    .setName(listener)
                    .setIgnorePortInHostMatching(true)
                    .addRequestHeadersToRemove(Names.TARGET_HEADER)
                    .addRequestHeadersToRemove(Names.HOST_HEADER)
                    .addRequestHeadersToRemove(Names.METHOD_HEADER)
                    .addRequestHeadersToRemove(Names.PROTOCOL_HEADER)
                    .addRequestHeadersToRemove(Names.FORWARDED_PROTO_HEADER)
                    // Envoy adds it, but a store must get the headers that the client sent.
                    .addRequestHeadersToRemove("x-envoy-external-address")
                    // A response of the store must never look like an error of the gateway.
                    .addResponseHeadersToRemove(GrpcErrors.STATUS_HEADER)
                    .addResponseHeadersToAdd(
                            LocalReplies.header(LocalReplies.REQUEST_ID_HEADER, LocalReplies.REQUEST_ID));
            if (requestIdToStore) {
                configuration.addRequestHeadersToAdd(
                        LocalReplies.header(LocalReplies.REQUEST_ID_HEADER, LocalReplies.REQUEST_ID));
            }
            return Part.of(
                    listener,
                    RouteConfiguration.parser(),
                    Encoding.join(Encoding.of(configuration.build()), fields),
                    new Part.References(clusters, Set.of(), Set.of(), Set.of()));
        }
    }

    /** Whether two listeners route all requests equally. */
    static boolean alike(ListenerPlan one, ListenerPlan other) {
        return one.baseDomains().equals(other.baseDomains())
                && one.hostnames().equals(other.hostnames())
                && Objects.equals(one.defaultBackend(), other.defaultBackend())
                && one.matches().equals(other.matches());
    }

    /** The common content of the tables of this listener and of all that are {@link #alike}. */
    Body render() {
        var byStyle = new EnumMap<AddressStyle, Map<BucketMatch, BucketRoutes>>(AddressStyle.class);
        byStyle.put(AddressStyle.PATH, buckets(AddressStyle.PATH));
        if (!listener.baseDomains().isEmpty()) {
            byStyle.put(AddressStyle.HOST, buckets(AddressStyle.HOST));
        }
        long plainRoutes = plainRoutes(byStyle, AddressStyle.PATH)
                + listener.baseDomains().size() * plainRoutes(byStyle, AddressStyle.HOST);
        var mapped = plainRoutes > maxPlainRoutes ? classes() : Set.<RequestClass>of();
        for (var domain : listener.baseDomains()) {
            var domains = List.of("*." + domain, "*." + domain + ".");
            addVirtualHost("host/" + domain, domains, AddressStyle.HOST, domain, byStyle, mapped);
        }
        addVirtualHost("path", pathStyle(), AddressStyle.PATH, "", byStyle, mapped);
        memory.endOfRendering();
        return new Body(Encoding.join(parts), clusters);
    }

    private static long plainRoutes(Map<AddressStyle, Map<BucketMatch, BucketRoutes>> byStyle, AddressStyle style) {
        return byStyle.getOrDefault(style, Map.of()).values().stream()
                .mapToLong(BucketRoutes::plainRoutes)
                .sum();
    }

    /**
     * The virtual host for path style and any host. Host names and base domains are not buckets of a base domain that is their
     * suffix.
     */
    private List<String> pathStyle() {
        var domains = new ArrayList<String>();
        domains.add("*");
        Stream.concat(listener.baseDomains().stream(), listener.hostnames().stream())
                .distinct()
                .filter(name -> listener.baseDomains().stream().anyMatch(domain -> name.endsWith("." + domain)))
                .forEach(name -> {
                    domains.add(name);
                    domains.add(name + ".");
                });
        return domains;
    }

    private void addVirtualHost(
            String name,
            List<String> domains,
            AddressStyle style,
            String baseDomain,
            Map<AddressStyle, Map<BucketMatch, BucketRoutes>> byStyle,
            Set<RequestClass> mapped) {
        var guards = Guards.of(listener, denies, style, baseDomain);
        if (style == AddressStyle.HOST) {
            guards.addAll(OwnApis.render(listener.matches(), rules, byOperation));
            new HostReadings(listener.matches(), rules, byOperation)
                    .render(baseDomain)
                    .ifPresent(guards::add);
        } else {
            guards.addAll(new HostnameReadings(listener, rules, byOperation).render());
        }
        var lookup =
                new Lookup(style, name, baseDomain, byStyle.getOrDefault(style, Map.of()), mapped, memory.shards(name));
        var ofWrites = new ArrayList<>(sources);
        if (byOperation && !denies.isEmpty()) {
            var byHeader = new HeaderActionDenies(style, baseDomain, listener.matches(), rules);
            UnderscoredHeaders.guard(byHeader.headers()).ifPresent(ofWrites::add);
            ofWrites.addAll(byHeader.render());
        }
        var matcher = new RequestClassifier(style, byOperation).dispatch(guards, ofWrites, lookup::of);
        var host = VirtualHost.newBuilder()
                .setName(name)
                .addAllDomains(domains)
                .setRetryPolicy(RouteRenderer.inherited(pools))
                // Replaces Envoy's value by the client's. Headers of the virtual host are set before headers of the
                // table are removed.
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
        parts.add(Encoding.join(Encoding.of(host), matcher.field(VirtualHost.MATCHER_FIELD_NUMBER))
                .field(RouteConfiguration.VIRTUAL_HOSTS_FIELD_NUMBER));
        lookup.maps().forEach(map -> parts.add(map.field(RouteConfiguration.CLUSTER_SPECIFIER_PLUGINS_FIELD_NUMBER)));
        clusters.addAll(lookup.clusters());
    }

    private static List<MatchPlan> denies(ListenerPlan listener, Map<String, RulePlan> rules) {
        return listener.matches().stream()
                .filter(match -> {
                    var rule = rules.get(match.rule());
                    return rule != null && rule.action() instanceof RulePlan.Deny;
                })
                .toList();
    }

    private Set<RequestClass> classes() {
        return byOperation ? EnumSet.allOf(RequestClass.class) : EnumSet.complementOf(EnumSet.of(RequestClass.UNKNOWN));
    }

    private Map<BucketMatch, BucketRoutes> buckets(AddressStyle style) {
        var selection =
                new RuleSelection(listener, rules, new RouteRenderer(pools, style, listener.baseDomains()), style);
        var classes = classes();
        var known = memory.buckets(style);
        var buckets = new LinkedHashMap<BucketMatch, BucketRoutes>();
        candidates.forEach((bucket, matches) -> {
            var used = new ArrayList<RulePlan>(matches.size());
            for (var match : matches) {
                var rule = rules.get(match.rule());
                if (rule != null) {
                    used.add(rule);
                }
            }
            buckets.put(
                    bucket,
                    known.get(
                            bucket,
                            new RouteCache.Inputs(matches, used),
                            inputs -> BucketRoutes.of(selection, bucket, matches, classes)));
        });
        return buckets;
    }

    /** For every listed bucket or prefix, the matches that cover it, in precedence order. */
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
        // In the order of precedence, exact buckets come before prefixes, longer prefixes before shorter ones, and
        // these before the rest.
        candidates.forEach((bucket, own) -> wide.stream()
                .filter(match ->
                        !match.bucket().equals(bucket) && match.bucket().covers(bucket))
                .forEach(own::add));
        return candidates;
    }
}
