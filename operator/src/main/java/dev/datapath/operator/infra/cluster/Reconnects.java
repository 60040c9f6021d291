package dev.datapath.operator.infra.cluster;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathStatus;
import dev.datapath.operator.status.Fleet;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Disconnected gateways keep the configuration that they acknowledged, and reconnect within seconds: after a change of
 * the leader, and when a connection has reached its maximum age. Until then the status needs no update. Thread-safe.
 */
public final class Reconnects {
    /**
     * Gateways check every two seconds which operator serves, and wait up to two seconds before they connect, several
     * times if necessary.
     */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private final InstantSource clock;
    private @Nullable Instant since;

    /** @param clock for elapsed time */
    public Reconnects(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * How long the status update can wait for gateways that should reconnect soon; empty when the status has to be
     * updated.
     *
     * @param dataPath the DataPath with its last written status
     * @param fleet the current state of its gateways
     * @param alone whether one of them started while no operator was available: it never connects, and its
     * configuration is unknown
     */
    Optional<Duration> pause(DataPath dataPath, Fleet fleet, boolean alone) {
        if (alone || fleet.allAcknowledged() || !fleet.complete() || !saysSo(dataPath, fleet)) {
            since = null;
            return Optional.empty();
        }
        var now = clock.instant();
        var missed = since == null ? now : since;
        since = missed;
        var left = Duration.between(now, missed.plus(PATIENCE));
        return left.isPositive() ? Optional.of(left) : Optional.empty();
    }

    /** Whether status already reports that the gateways run the current configuration. */
    private static boolean saysSo(DataPath dataPath, Fleet fleet) {
        DataPathStatus status = dataPath.getStatus();
        return status != null
                && fleet.version().equals(status.configVersion())
                && dataPath.getMetadata().getGeneration().equals(status.observedGeneration())
                && status.conditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Programmed")
                                && condition.getStatus().equals("True"));
    }
}
