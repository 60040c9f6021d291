package dev.datapath.operator.envoy;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.Any;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.s3.RequestClass;
import io.envoyproxy.envoy.config.route.v3.ClusterSpecifierPlugin;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The hashed look-up of buckets in one virtual host. Each class of requests has a tree with the routes of its buckets and, if there
 * are many plain rules, a map from bucket to cluster that one route uses. A bucket is in either of them. Both are encoded in shards
 * by bucket, so a changed rule only encodes the shard of its bucket.
 */
final class Lookup {
    private static final String MAP_TYPE =
            "type.googleapis.com/envoy.extensions.router.cluster_specifiers.matcher.v3.MatcherClusterSpecifier";
    private static final String CLUSTER_TYPE =
            "type.googleapis.com/envoy.extensions.router.cluster_specifiers.matcher.v3.ClusterAction";
    /** {@code MatcherClusterSpecifier.cluster_matcher} and {@code ClusterAction.cluster}: the API library does not contain them. */
    private static final int ONLY_FIELD = 1;

    private static final int MAP_KEY_FIELD = 1;
    private static final int MAP_VALUE_FIELD = 2;

    /**
     * Number of shards. A changed rule costs the buckets of one shard, and each shard costs its digest. With thousands of buckets
     * both costs are small.
     */
    private static final int SHARDS = 64;

    /**
     * The shared route for the plain rules of a class.
     *
     * @param otherNode whether another node can serve a retry, on which the retry policy depends
     * @param rest the cluster of buckets that are not in the map
     * @param routed bucket prefixes with routes; buckets below them need routes, too
     */
    record OneRoute(boolean otherNode, String rest, Set<String> routed) {}

    /** The inputs of a shard. */
    record ShardInputs(List<BucketRoutes> buckets, Map<RequestClass, OneRoute> mapped) {}

    /** The encoded entries of a shard, by class: of the trees, and of the maps. */
    record Shard(Map<RequestClass, Encoding> routes, Map<RequestClass, Encoding> clusters) {}

    private final AddressStyle style;
    private final String host;
    private final String baseDomain;
    private final BucketRoutes any;
    private final Collection<BucketRoutes> buckets;
    private final Map<RequestClass, OneRoute> mapped;
    private final List<Shard> shards;
    private final List<Encoding> maps = new ArrayList<>();
    private final Set<String> clusters = new HashSet<>();
    /** The names of the maps by content: their shards, and the cluster of all other buckets. */
    private final Map<List<Object>, String> mapNames = new LinkedHashMap<>();

    /**
     * @param host the name of the virtual host
     * @param baseDomain base domain of virtual-hosted requests
     * @param buckets the buckets of rules, and any bucket
     * @param mapped the classes in which plain rules share a route if possible
     */
    Lookup(
            AddressStyle style,
            String host,
            String baseDomain,
            Map<BucketMatch, BucketRoutes> buckets,
            Set<RequestClass> mapped,
            Recall<Integer, ShardInputs, Shard> known) {
        this.style = style;
        this.host = host;
        this.baseDomain = baseDomain;
        var all = buckets.get(new BucketMatch.Any());
        if (all == null) {
            throw new IllegalStateException("requests have no fallback");
        }
        this.any = all;
        this.buckets = buckets.values();
        this.mapped = new EnumMap<>(RequestClass.class);
        mapped.forEach(this::map);
        this.shards = shards(known);
    }

    /**
     * Plain rules only share a route if requests for any bucket reach this route, because the look-up has no other way to select
     * it.
     */
    private void map(RequestClass requestClass) {
        boolean otherNode;
        String rest;
        switch (any.of(requestClass).get(BucketRoutes.WHOLE)) {
            case Selected.Plain plain -> {
                otherNode = plain.otherNode();
                rest = plain.cluster();
            }
            case Selected.Nothing nothing -> {
                otherNode = mostHaveOtherNodes(requestClass);
                rest = Names.NO_BUCKET_CLUSTER;
            }
            case null, default -> {
                return;
            }
        }
        var routed = new HashSet<String>();
        for (var bucket : buckets) {
            if (bucket.bucket() instanceof BucketMatch.Prefix(var prefix)
                    && !bucket.of(requestClass).isEmpty()
                    && !fits(bucket.plain(requestClass), otherNode)) {
                routed.add(prefix);
            }
        }
        mapped.put(requestClass, new OneRoute(otherNode, rest, routed));
    }

    private boolean mostHaveOtherNodes(RequestClass requestClass) {
        int more = 0;
        for (var bucket : buckets) {
            var plain = bucket.plain(requestClass);
            if (plain != null) {
                more += plain.otherNode() ? 1 : -1;
            }
        }
        return more >= 0;
    }

    private static boolean fits(Selected.@Nullable Plain plain, boolean otherNode) {
        return plain != null && plain.otherNode() == otherNode;
    }

    private List<Shard> shards(Recall<Integer, ShardInputs, Shard> known) {
        var byShard = new ArrayList<List<BucketRoutes>>();
        for (int i = 0; i < SHARDS; i++) {
            byShard.add(new ArrayList<>());
        }
        for (var bucket : buckets) {
            if (bucket != any) {
                byShard.get(shard(bucket.bucket())).add(bucket);
            }
        }
        var made = new ArrayList<Shard>();
        for (int i = 0; i < SHARDS; i++) {
            if (!byShard.get(i).isEmpty()) {
                made.add(known.get(i, new ShardInputs(byShard.get(i), mapped), this::shard));
            }
        }
        return made;
    }

    /** The shard of a bucket. Buckets whose entries may have the same key are in the same shard. */
    private static int shard(BucketMatch bucket) {
        var text = switch (bucket) {
            case BucketMatch.Any any -> "";
            case BucketMatch.Exact(var exact) -> exact + ".";
            case BucketMatch.Prefix(var prefix) -> prefix;
        };
        return (text.hashCode() * 0x9E3779B9) >>> 26;
    }

    private Shard shard(ShardInputs inputs) {
        var routes = new EnumMap<RequestClass, Encoding>(RequestClass.class);
        var clusters = new EnumMap<RequestClass, Encoding>(RequestClass.class);
        Map<BucketRoutes, String> lastTargets = Map.of();
        var lastClusters = Encoding.EMPTY;
        for (var requestClass : RequestClass.values()) {
            var one = inputs.mapped().get(requestClass);
            var ownRoutes = new LinkedHashMap<BucketRoutes, Map<String, Matcher.OnMatch>>();
            var targets = new LinkedHashMap<BucketRoutes, String>();
            for (var bucket : inputs.buckets()) {
                var plain = bucket.plain(requestClass);
                if (one != null && plain != null && fits(plain, one.otherNode()) && !isBelow(bucket, one.routed())) {
                    targets.put(bucket, plain.cluster());
                } else if (!bucket.of(requestClass).isEmpty()) {
                    var byKey = new TreeMap<String, Matcher.OnMatch>();
                    bucket.of(requestClass).forEach((key, selected) -> byKey.put(key, selected.then()));
                    ownRoutes.put(bucket, byKey);
                }
            }
            routes.put(requestClass, encode(ownRoutes));
            if (!targets.equals(lastTargets)) {
                var actions = new LinkedHashMap<BucketRoutes, Map<String, Matcher.OnMatch>>();
                targets.forEach(
                        (bucket, cluster) -> actions.put(bucket, Map.of(BucketRoutes.WHOLE, toCluster(cluster))));
                lastTargets = targets;
                lastClusters = encode(actions);
            }
            clusters.put(requestClass, lastClusters);
        }
        return new Shard(routes, clusters);
    }

    private static boolean isBelow(BucketRoutes bucket, Set<String> prefixes) {
        if (prefixes.isEmpty()) {
            return false;
        }
        var text = switch (bucket.bucket()) {
            case BucketMatch.Any any -> "";
            // A virtual-hosted request for "a" appears to have a bucket with prefix "a.".
            case BucketMatch.Exact(var exact) -> exact + ".";
            case BucketMatch.Prefix(var prefix) -> prefix;
        };
        for (int length = 0; length <= text.length(); length++) {
            if (prefixes.contains(text.substring(0, length))) {
                return true;
            }
        }
        return false;
    }

    private Encoding encode(Map<BucketRoutes, Map<String, Matcher.OnMatch>> buckets) {
        if (buckets.isEmpty()) {
            return Encoding.EMPTY;
        }
        var entries = new TreeMap<String, Matcher.OnMatch>();
        buckets.forEach((bucket, byKey) -> {
            if (style == AddressStyle.PATH) {
                addPath(bucket.bucket(), byKey, entries);
            } else {
                addHost(bucket.bucket(), byKey, entries);
            }
        });
        return Encoding.join(entries.entrySet().stream()
                        .map(entry -> Encoding.join(
                                        Encoding.ofText(entry.getKey()).field(MAP_KEY_FIELD),
                                        Encoding.of(entry.getValue()).field(MAP_VALUE_FIELD))
                                .field(Matcher.MatcherTree.MatchMap.MAP_FIELD_NUMBER))
                        .toList())
                .shard();
    }

    private static void addPath(
            BucketMatch bucket, Map<String, Matcher.OnMatch> byKey, Map<String, Matcher.OnMatch> entries) {
        switch (bucket) {
            case BucketMatch.Any any -> {}
            case BucketMatch.Prefix(var prefix) -> byKey.forEach((key, then) -> entries.put("/" + prefix, then));
            case BucketMatch.Exact(var exact) -> byKey.forEach((key, then) -> entries.put("/" + exact + key, then));
        }
    }

    private void addHost(BucketMatch bucket, Map<String, Matcher.OnMatch> byKey, Map<String, Matcher.OnMatch> entries) {
        var keys = new TreeMap<>(byKey);
        var whole = keys.remove(BucketRoutes.WHOLE);
        if (whole == null) {
            return;
        }
        switch (bucket) {
            case BucketMatch.Any any -> {}
            case BucketMatch.Prefix(var prefix) ->
                // The prefix "a." also matches the host of the bucket "a", which has precedence.
                entries.merge(
                        prefix,
                        ofBuckets(prefix, whole),
                        (exact, wide) -> Predicates.firstOf(Names.HOST_HEADER, exact, wide));
            case BucketMatch.Exact(var exact) ->
                entries.merge(
                        exact + ".",
                        Predicates.only(
                                Predicates.matches(Names.HOST_HEADER, literal(exact) + Guards.hostEnd(baseDomain)),
                                Predicates.longestPrefix(Names.TARGET_HEADER, keys, whole)),
                        (wide, named) -> Predicates.firstOf(Names.HOST_HEADER, named, wide));
        }
    }

    /** A prefix with a dot may extend into the base domain. Then the bucket is shorter, and the next shorter entry decides. */
    private Matcher.OnMatch ofBuckets(String prefix, Matcher.OnMatch then) {
        return prefix.contains(".")
                ? Predicates.only(
                        Predicates.matches(Names.HOST_HEADER, literal(prefix) + "[^:]*" + Guards.hostEnd(baseDomain)),
                        then)
                : then;
    }

    private static String literal(String bucket) {
        return bucket.replace(".", "\\.");
    }

    private static Matcher.OnMatch toCluster(String cluster) {
        var action = Any.newBuilder()
                .setTypeUrl(CLUSTER_TYPE)
                .setValue(Encoding.ofText(cluster).field(ONLY_FIELD).bytes());
        return Matcher.OnMatch.newBuilder()
                .setAction(TypedExtensionConfig.newBuilder().setName("cluster").setTypedConfig(action))
                .build();
    }

    /** The look-up for requests of a class, as an encoded {@link Matcher.OnMatch}. */
    Encoding of(RequestClass requestClass) {
        var entries = entries(Shard::routes, requestClass);
        var rest = Encoding.of(rest(requestClass));
        return entries.isEmpty() ? rest : matcher(entries, rest).field(Matcher.OnMatch.MATCHER_FIELD_NUMBER);
    }

    private Matcher.OnMatch rest(RequestClass requestClass) {
        var selected = any.of(requestClass).get(BucketRoutes.WHOLE);
        if (selected == null) {
            throw new IllegalStateException("requests of class " + requestClass + " have no fallback");
        }
        var entries = entries(Shard::clusters, requestClass);
        var one = mapped.get(requestClass);
        if (entries.isEmpty() || one == null) {
            return selected.then();
        }
        if (one.rest().equals(Names.NO_BUCKET_CLUSTER)) {
            clusters.add(Names.NO_BUCKET_CLUSTER);
        }
        return example(requestClass, one).mapped(map(requestClass, entries, one.rest()));
    }

    /** Any of the rules that share the route. All are equal in this respect. */
    private Selected.Plain example(RequestClass requestClass, OneRoute one) {
        for (var bucket : buckets) {
            var plain = bucket.plain(requestClass);
            if (plain != null && fits(plain, one.otherNode())) {
                return plain;
            }
        }
        throw new IllegalStateException("a map without a plain rule");
    }

    private List<Encoding> entries(Function<Shard, Map<RequestClass, Encoding>> of, RequestClass requestClass) {
        return shards.stream()
                .map(shard -> of.apply(shard).getOrDefault(requestClass, Encoding.EMPTY))
                .filter(encoding -> !encoding.isEmpty())
                .toList();
    }

    /** The name of the map with these entries. Classes with equal maps share a map. */
    private String map(RequestClass requestClass, List<Encoding> entries, String rest) {
        var content = new ArrayList<Object>();
        content.add(rest);
        entries.forEach(shard -> content.add(shard.digest()));
        return mapNames.computeIfAbsent(content, key -> {
            var map = host + "/" + requestClass.name().toLowerCase(Locale.ROOT);
            maps.add(plugin(map, matcher(entries, Encoding.of(toCluster(rest)))));
            return map;
        });
    }

    private static Encoding plugin(String name, Encoding matcher) {
        var config = Encoding.join(
                Encoding.ofText(MAP_TYPE).field(Any.TYPE_URL_FIELD_NUMBER),
                matcher.field(ONLY_FIELD).field(Any.VALUE_FIELD_NUMBER));
        return Encoding.join(
                        Encoding.ofText(name)
                                .field(io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig.NAME_FIELD_NUMBER),
                        config.field(io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig.TYPED_CONFIG_FIELD_NUMBER))
                .field(ClusterSpecifierPlugin.EXTENSION_FIELD_NUMBER);
    }

    /** Selects the longest entry that is a prefix of the bucket's header; the rest when none matches. */
    private Encoding matcher(List<Encoding> entries, Encoding rest) {
        var input = Predicates.input(style == AddressStyle.PATH ? Names.TARGET_HEADER : Names.HOST_HEADER);
        var tree = Encoding.join(
                Encoding.of(input).field(Matcher.MatcherTree.INPUT_FIELD_NUMBER),
                Encoding.join(entries).field(Matcher.MatcherTree.PREFIX_MATCH_MAP_FIELD_NUMBER));
        return Encoding.join(
                tree.field(Matcher.MATCHER_TREE_FIELD_NUMBER), rest.field(Matcher.ON_NO_MATCH_FIELD_NUMBER));
    }

    /** The cluster maps, as encoded {@link ClusterSpecifierPlugin}s. Complete after {@link #of} was called for each class. */
    List<Encoding> maps() {
        return maps;
    }

    /** All clusters that routes and maps reference. Complete after {@link #of} was called for each class. */
    Set<String> clusters() {
        buckets.forEach(bucket -> clusters.addAll(bucket.clusters()));
        return clusters;
    }
}
