package dev.datapath.operator.standalone;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Listeners that gateways acknowledged but do not serve. Envoy acknowledges a listener when its port is bound. When two
 * programs bind one port at the same moment, both succeed; the second one to listen fails later, and Envoy drops the
 * listener without a notification to the operator. Confined to the thread of the control loop.
 */
final class LostListeners {
    /** The served listeners are known with a delay: a gateway is scraped every second. */
    static final Duration PATIENCE = Duration.ofSeconds(3);

    private record Missing(Set<String> names, Instant since) {}

    private final Map<GatewayId, Missing> missing = new HashMap<>();

    /**
     * The listeners that have been missing for longer than that delay.
     *
     * @param acknowledged the listeners that the gateway should serve, none while it has not acknowledged them
     * @param served the listeners that it serves, according to its last report
     */
    Set<String> of(GatewayId gateway, Set<String> acknowledged, Set<String> served, Instant now) {
        var absent = new HashSet<>(acknowledged);
        absent.removeAll(served);
        if (absent.isEmpty()) {
            missing.remove(gateway);
            return Set.of();
        }
        var before = missing.get(gateway);
        var known = before != null && before.names.equals(absent) ? before : new Missing(absent, now);
        missing.put(gateway, known);
        return now.isBefore(known.since.plus(PATIENCE)) ? Set.of() : absent;
    }

    /** When {@link #of} may return more without an event. */
    Optional<Instant> nextStep(Instant now) {
        return missing.values().stream()
                .map(known -> known.since.plus(PATIENCE))
                .filter(due -> due.isAfter(now))
                .min(Instant::compareTo);
    }

    /** Removes the state of all other gateways. */
    void retain(Set<GatewayId> gateways) {
        missing.keySet().retainAll(gateways);
    }
}
