package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.plan.Certificate;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.PoolPlan;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Keeps what a DataPath becomes within what an operator and its gateways can hold. The policies that are too much are left out
 * as a whole: the youngest one that makes the difference alone, else the largest ones. So a small policy works beside any other.
 */
final class SizeLimit {
    /** Most bytes that a DataPath becomes at a gateway, estimated. A 256 MiB heap holds several times as much. */
    static final long MOST_BYTES = 24L << 20;

    /** Most pairs of match and bucket that the policies of a DataPath have together. */
    static final int MOST_MATCHES = 10_000;

    /** Counting goes on a little above the limit, to see which policy is the one that is too much. */
    private static final int FACTOR = 4;

    private static final int LISTENER = 17_000;
    private static final int BASE_DOMAIN = 6_000;
    private static final int SERVER_NAME = 4;
    private static final int POOL = 4_000;
    private static final int NODE = 250;

    private final long room;
    private final List<ListenerPlan> listeners;
    private final Map<String, PoolPlan> pools;

    /**
     * @param room bytes that routes and pools may have
     * @param listeners of the DataPath
     * @param pools of the namespace, by name
     */
    SizeLimit(long room, List<ListenerPlan> listeners, Map<String, PoolPlan> pools) {
        this.room = room;
        this.listeners = listeners;
        this.pools = pools;
    }

    long room() {
        return room;
    }

    /** For people. */
    static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / (double) (1 << 20));
    }

    /** A listener without its routes. */
    static long bytes(ListenerPlan listener) {
        long bytes = LISTENER + listener.baseDomains().size() * (long) BASE_DOMAIN;
        var tls = listener.tls();
        if (tls != null) {
            // Each choice of certificates has a filter chain of its own, with all that a listener has but routes.
            bytes += Math.max(0, tls.choices().size() - 1) * (long) LISTENER;
            bytes += tls.choices().stream()
                    .flatMap(choice -> choice.serverNames().stream())
                    .mapToLong(name -> SERVER_NAME + name.length())
                    .sum();
            bytes += tls.certificates().stream().mapToLong(SizeLimit::bytes).sum();
            var clients = tls.clientCertificates();
            bytes += clients == null ? 0 : clients.authorities().pem().length();
        }
        return bytes;
    }

    static long bytes(PoolPlan pool) {
        long bytes = POOL + pool.nodes().size() * (long) NODE;
        var tls = pool.tls();
        if (tls != null) {
            bytes += tls.authorities() == null ? 0 : tls.authorities().pem().length();
            bytes += tls.clientCertificate() == null ? 0 : bytes(tls.clientCertificate());
        }
        return bytes;
    }

    private static long bytes(Certificate certificate) {
        return certificate.chainPem().length() + certificate.privateKeyPem().length();
    }

    /** Pairs of match and bucket. */
    static long matches(RoutingPolicy policy) {
        return policy.getSpec().rules().stream()
                .mapToLong(rule -> Math.max(
                        1,
                        rule.matches().stream()
                                .mapToLong(match -> Math.max(1, match.buckets().size()))
                                .sum()))
                .sum();
    }

    /** Those whose matches are too many even to be counted further. */
    static Set<ObjectKey> tooManyMatches(List<RoutingPolicy> policies) {
        var counts = new HashMap<ObjectKey, Long>();
        policies.forEach(policy -> counts.put(Identity.key(policy), matches(policy)));
        return excess(counts, MOST_MATCHES, Identity.sorted(policies));
    }

    /** The bytes that each policy causes: routes, and pools that no older one names. */
    Map<ObjectKey, Long> bytes(PolicyCompiler.Policies policies, List<RoutingPolicy> kept) {
        var bytes = new HashMap<ObjectKey, Long>();
        var seen = new HashSet<String>();
        for (var policy : Identity.sorted(kept)) {
            long own = policy.getSpec().rules().stream()
                    .flatMap(rule -> rule.pools().stream())
                    .map(pool -> pools.get(Identity.text(pool.name())))
                    .filter(Objects::nonNull)
                    .filter(pool -> seen.add(pool.name()))
                    .mapToLong(SizeLimit::bytes)
                    .sum();
            bytes.merge(Identity.key(policy), own, Long::sum);
        }
        for (var listener : listeners) {
            RouteSize.add(
                    policies.candidates().stream()
                            .filter(candidate -> candidate.listeners().contains(listener.name()))
                            .toList(),
                    policies.rules(),
                    listener.baseDomains().size(),
                    bytes,
                    room * FACTOR);
        }
        return bytes;
    }

    /** The policies to leave out, so that the others fit; empty when all do. Those that are left are to be counted again. */
    Set<ObjectKey> tooLarge(Map<ObjectKey, Long> bytes, List<RoutingPolicy> policies) {
        return excess(bytes, room, Identity.sorted(policies));
    }

    private static Set<ObjectKey> excess(Map<ObjectKey, Long> sizes, long limit, List<RoutingPolicy> oldestFirst) {
        long excess = sum(sizes.values()) - limit;
        if (excess <= 0) {
            return Set.of();
        }
        var keys = oldestFirst.reversed().stream().map(Identity::key).distinct().toList();
        var alone = keys.stream()
                .filter(key -> sizes.getOrDefault(key, 0L) >= excess)
                .findFirst();
        if (alone.isPresent()) {
            return Set.of(alone.get());
        }
        var out = new HashSet<ObjectKey>();
        long left = excess;
        var largestFirst = keys.stream()
                .sorted(Comparator.comparing((ObjectKey key) -> sizes.getOrDefault(key, 0L))
                        .reversed())
                .toList();
        for (var key : largestFirst) {
            if (left <= 0) {
                break;
            }
            out.add(key);
            left -= sizes.getOrDefault(key, 0L);
        }
        return out;
    }

    private static long sum(Collection<Long> sizes) {
        return sizes.stream().mapToLong(Long::longValue).sum();
    }
}
