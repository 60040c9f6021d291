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
 * Limits the configuration size of a DataPath to what operator and gateways can keep in memory. Policies that exceed the limit are
 * left out as a whole: the youngest one that is large enough to make the rest fit, otherwise the largest ones. So a small policy
 * applies next to any other.
 */
final class SizeLimit {
    /**
     * Maximum estimated size of a DataPath's gateway configuration in bytes. A heap of 256 MiB has space for several times as much.
     */
    static final long MAX_BYTES = 24L << 20;

    /** Maximum number of pairs of match and bucket of all policies of a DataPath together. */
    static final int MAX_MATCHES = 10_000;

    /** Counting continues up to this multiple of the limit, to find the policy that exceeds it. */
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
     * @param room limit for routes and pools in bytes
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

    /** Formats bytes as MiB for messages. */
    static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / (double) (1 << 20));
    }

    /** Size of a listener without its routes. */
    static long bytes(ListenerPlan listener) {
        long bytes = LISTENER + listener.baseDomains().size() * (long) BASE_DOMAIN;
        var tls = listener.tls();
        if (tls != null) {
            // Each choice of certificates has a separate filter chain, which contains everything of a listener except
            // routes.
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

    /** Number of pairs of match and bucket. */
    static long matches(RoutingPolicy policy) {
        return policy.getSpec().rules().stream()
                .mapToLong(rule -> Math.max(
                        1,
                        rule.matches().stream()
                                .mapToLong(match -> Math.max(1, match.buckets().size()))
                                .sum()))
                .sum();
    }

    /** The policies with so many matches that their size is not even estimated. */
    static Set<ObjectKey> tooManyMatches(List<RoutingPolicy> policies) {
        var counts = new HashMap<ObjectKey, Long>();
        policies.forEach(policy -> counts.put(Identity.key(policy), matches(policy)));
        return excess(counts, MAX_MATCHES, Identity.sorted(policies));
    }

    /** The size of each policy: its routes, and the pools that no older policy references. */
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

    /** The policies to leave out to make the others fit; empty when all fit. The remaining ones must be estimated again. */
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
