package dev.datapath.operator.reconcile;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.deploy.GatewaySecrets;
import dev.datapath.operator.envoy.BootstrapSpec;
import dev.datapath.operator.envoy.LastGood;
import dev.datapath.operator.plan.ObjectKey;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The configuration that all gateways of a DataPath acknowledged last, as the Secret that they start with when no operator is
 * there. Safe for several threads, as long as each DataPath is one thread's at a time.
 */
final class LastGoodKeeper {
    private static final System.Logger LOG = System.getLogger(LastGoodKeeper.class.getName());
    /** Every change writes all of it: of changes that follow each other closely only the last is kept. */
    private static final Duration PACE = Duration.ofSeconds(10);
    /** An object has at most 1 MiB in the API server, where it is text of four letters for three bytes. */
    private static final int MOST_BYTES = 700_000;

    private final InstantSource clock;
    private final Map<ObjectKey, Kept> kept = new ConcurrentHashMap<>();

    private record Kept(String version, @Nullable Secret secret, Instant since) {}

    LastGoodKeeper(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * The Secret that should be there; empty when none was acknowledged since this operator leads, and what is there stays.
     *
     * @param acknowledged whether all gateways run what was published
     */
    Optional<Secret> secret(
            DataPath dataPath, Publisher.Publication publication, int maxConnections, boolean acknowledged) {
        var key = Kinds.key(dataPath);
        var before = kept.get(key);
        if (acknowledged
                && (before == null || !before.version().equals(publication.version()))
                && pause(key).isEmpty()) {
            before = make(dataPath, publication, maxConnections);
            kept.put(key, before);
        }
        return before == null ? Optional.empty() : Optional.ofNullable(before.secret());
    }

    /** How long it is until another version may be written; empty when it may be now. */
    Optional<Duration> pause(ObjectKey key) {
        var before = kept.get(key);
        if (before == null) {
            return Optional.empty();
        }
        var left = Duration.between(clock.instant(), before.since().plus(PACE));
        return left.isPositive() ? Optional.of(left) : Optional.empty();
    }

    /** Whether that version is the one that is kept. */
    boolean keeps(ObjectKey key, String version) {
        var before = kept.get(key);
        return before != null && before.version().equals(version);
    }

    void forget(ObjectKey key) {
        kept.remove(key);
    }

    private Kept make(DataPath dataPath, Publisher.Publication publication, int maxConnections) {
        var key = Kinds.key(dataPath);
        var bytes = LastGood.compressed(BootstrapSpec.pod(key.toString(), maxConnections), publication.resources());
        if (bytes.length > MOST_BYTES) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The configuration of DataPath {0} has {1} bytes compressed, more than fit into a Secret: gateways that"
                            + " start while no operator is there will have an older one or none",
                    key,
                    Integer.toString(bytes.length));
            return new Kept(publication.version(), null, clock.instant());
        }
        return new Kept(publication.version(), GatewaySecrets.lastGood(dataPath, bytes), clock.instant());
    }
}
