package dev.datapath.operator.infra.cluster;

import dev.datapath.operator.xds.DataPathSync;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gateways that serve and have no connection to this operator, and since when: most are back in a moment, for connections are
 * renewed and operators follow each other. One that started without an operator never comes, and has to be replaced. Its successor
 * need not fare better, so each replacement doubles the time until the next, until a gateway has connected. Safe for several
 * threads, as long as each DataPath is one thread's at a time.
 */
public final class Disconnects {
    /** Several times as long as gateways need to find a new leader. */
    static final Duration PATIENCE = Duration.ofSeconds(60);
    /** One that started without an operator never connects: it is waited for only in case that it was merely slow. */
    static final Duration PATIENCE_ALONE = Duration.ofSeconds(5);
    /** Between two replacements of which the first did not help. */
    private static final Duration MOST_PATIENCE = Duration.ofMinutes(32);

    private static final int MOST_DOUBLINGS = 10;

    private final Map<String, Instant> since = new HashMap<>();
    private Instant replaced = Instant.MIN;
    private int doublings;

    /**
     * The gateway that should be replaced now, of several the one that has been away for longest; empty when all are there, or were
     * a short while ago.
     *
     * @param unconnected gateways that serve without a connection
     * @param connected those that are connected
     */
    Optional<Pod> overdue(List<Pod> unconnected, DataPathSync connected, Instant now) {
        since.keySet().retainAll(unconnected.stream().map(Disconnects::name).toList());
        unconnected.forEach(pod -> since.putIfAbsent(name(pod), now));
        if (connected.gateways().stream()
                .anyMatch(gateway -> gateway.connectedSince().isAfter(replaced))) {
            doublings = 0;
        }
        return unconnected.stream()
                .filter(pod -> !since(pod).plus(patience(pod)).isAfter(now))
                // The others have been away as long: what did not help one is not done to all of them, one after the
                // other.
                .filter(pod -> doublings == 0 || !replaced.plus(patience(pod)).isAfter(now))
                .min(Comparator.comparing(pod -> since(pod)));
    }

    private Duration patience(Pod pod) {
        var patience = (GatewayPods.startedAlone(pod) ? PATIENCE_ALONE : PATIENCE).multipliedBy(1L << doublings);
        return patience.compareTo(MOST_PATIENCE) < 0 ? patience : MOST_PATIENCE;
    }

    /** The gateway was replaced, or should have been. */
    void replaced(Instant now) {
        replaced = now;
        doublings = Math.min(doublings + 1, MOST_DOUBLINGS);
    }

    private Instant since(Pod pod) {
        return since.getOrDefault(name(pod), Instant.MAX);
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getName();
    }
}
