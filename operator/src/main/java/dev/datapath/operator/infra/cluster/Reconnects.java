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
 * Gateways without a connection go on with what they acknowledged, and are back in a moment: when one operator follows another,
 * and when a connection has come of age. Until then there is nothing new to say of them. Safe for several threads.
 */
public final class Reconnects {
    /** Gateways ask every two seconds who serves, and wait for up to two before they connect; several times, when they must. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private final InstantSource clock;
    private @Nullable Instant since;

    /** @param clock for elapsed time */
    public Reconnects(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * How long status can wait for gateways that should be back soon; empty when it has something to say.
     *
     * @param dataPath with its status as it was written last
     * @param fleet its gateways as they are seen now
     * @param alone whether one of them started while no operator was there: it never comes back, and may run anything
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

    /** Whether status says already that the gateways run what they should run now. */
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
