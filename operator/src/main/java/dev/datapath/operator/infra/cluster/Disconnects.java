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
 * Gateways that serve without a connection to this operator, and the time since when they are disconnected. Most
 * reconnect within seconds, because connections are renewed and leaders change. A gateway that started without an
 * operator never connects and has to be replaced. Its replacement may have the same problem, so each replacement
 * doubles the delay until the next one, until a gateway has connected. Thread-safe, provided that only one thread at a
 * time uses each DataPath.
 */
public final class Disconnects {
    /** Several times the time that gateways need to find a new leader. */
    static final Duration PATIENCE = Duration.ofSeconds(60);
    /**
     * A gateway that started without an operator never connects. The short delay covers gateways that were only slow.
     */
    static final Duration PATIENCE_ALONE = Duration.ofSeconds(5);
    /** Maximum delay between two replacements when the first one did not help. */
    private static final Duration MOST_PATIENCE = Duration.ofMinutes(32);

    private static final int MOST_DOUBLINGS = 10;

    private final Map<String, Instant> since = new HashMap<>();
    private Instant replaced = Instant.MIN;
    private int doublings;

    /**
     * The gateway that should be replaced now: the one that is disconnected for the longest time. Empty when all are
     * connected, or were until a short time ago.
     *
     * @param unconnected gateways that serve without a connection
     * @param connected the connected gateways
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
                // The other gateways are disconnected for as long. A replacement that did not help is not repeated for
                // each of them in turn.
                .filter(pod -> doublings == 0 || !replaced.plus(patience(pod)).isAfter(now))
                .min(Comparator.comparing(pod -> since(pod)));
    }

    private Duration patience(Pod pod) {
        var patience = (GatewayPods.startedAlone(pod) ? PATIENCE_ALONE : PATIENCE).multipliedBy(1L << doublings);
        return patience.compareTo(MOST_PATIENCE) < 0 ? patience : MOST_PATIENCE;
    }

    /** Records that the gateway was replaced, or that its replacement was attempted. */
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
