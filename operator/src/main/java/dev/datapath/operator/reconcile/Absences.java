package dev.datapath.operator.reconcile;

import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.xds.DataPathSync;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Gateways that serve and have no connection to this operator, and since when: most are back in a moment, for connections are
 * renewed and operators follow each other. One that started without an operator never comes, and has to be replaced. Its successor
 * need not fare better, so each replacement doubles the time until the next, until a gateway has connected. Safe for several
 * threads, as long as each DataPath is one thread's at a time.
 */
final class Absences {
    /** Several times as long as gateways need to find a new leader. */
    static final Duration PATIENCE = Duration.ofSeconds(60);
    /** One that started without an operator never connects: it is waited for only in case that it was merely slow. */
    static final Duration PATIENCE_ALONE = Duration.ofSeconds(5);
    /** Then there is a replacement about every half hour. */
    private static final int MOST_DOUBLINGS = 5;

    private final Map<ObjectKey, Away> dataPaths = new ConcurrentHashMap<>();

    private static final class Away {
        private final Map<String, Instant> since = new HashMap<>();
        private Instant replaced = Instant.MIN;
        private int doublings;
    }

    /**
     * The gateway that should be replaced now, of several the one that has been away for longest; empty when all are there, or were
     * a short while ago.
     *
     * @param unconnected gateways that serve without a connection
     * @param connected those that are connected
     */
    Optional<Pod> overdue(ObjectKey dataPath, List<Pod> unconnected, DataPathSync connected, Instant now) {
        var away = dataPaths.computeIfAbsent(dataPath, key -> new Away());
        away.since.keySet().retainAll(unconnected.stream().map(Absences::name).toList());
        unconnected.forEach(pod -> away.since.putIfAbsent(name(pod), now));
        if (connected.gateways().stream()
                .anyMatch(gateway -> gateway.connectedSince().isAfter(away.replaced))) {
            away.doublings = 0;
        }
        long factor = 1L << away.doublings;
        return unconnected.stream()
                .filter(pod -> !since(away, pod)
                        .plus((GatewayPods.startedAlone(pod) ? PATIENCE_ALONE : PATIENCE).multipliedBy(factor))
                        .isAfter(now))
                .min(Comparator.comparing(pod -> since(away, pod)));
    }

    /** The gateway was replaced, or should have been. */
    void replaced(ObjectKey dataPath, Instant now) {
        var away = dataPaths.computeIfAbsent(dataPath, key -> new Away());
        away.replaced = now;
        away.doublings = Math.min(away.doublings + 1, MOST_DOUBLINGS);
    }

    void forget(ObjectKey dataPath) {
        dataPaths.remove(dataPath);
    }

    private static Instant since(Away away, Pod pod) {
        return away.since.getOrDefault(name(pod), Instant.MAX);
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getName();
    }
}
