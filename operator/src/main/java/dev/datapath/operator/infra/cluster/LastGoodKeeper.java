package dev.datapath.operator.infra.cluster;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Identity;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.deploy.GatewayNames;
import dev.datapath.operator.deploy.GatewaySecrets;
import dev.datapath.operator.deploy.Owners;
import dev.datapath.operator.engine.LastGoodParts;
import dev.datapath.operator.engine.Publication;
import dev.datapath.operator.envoy.BootstrapSpec;
import dev.datapath.operator.envoy.EnvoyRenderer;
import dev.datapath.operator.envoy.LastGoodBootstrap;
import dev.datapath.operator.envoy.RenderOptions;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.GatewayPlan;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stores the configuration that all gateways of a DataPath acknowledged last, in a Secret. The Secret holds the
 * configuration that gateways start with when no operator is available, and the parts of the plan that a new leader
 * continues with. Thread-safe, provided that only one thread at a time uses each DataPath.
 */
public final class LastGoodKeeper {
    private static final System.Logger LOG = System.getLogger(LastGoodKeeper.class.getName());
    /**
     * Every write contains the whole configuration, so node changes in quick succession are stored as one. Restrictions
     * are stored at once, see {@link Restrictions}.
     */
    private static final Duration PACE = Duration.ofSeconds(10);
    /** The API server stores at most 1 MiB for an object, and encodes three bytes as four characters. */
    static final int MOST_BYTES = 700_000;

    private final Function<ObjectKey, Optional<Secret>> secrets;
    private final InstantSource clock;
    private @Nullable Kept kept;

    /** @param bytes size of the configuration */
    private record Kept(
            String version, Restrictions restrictions, LastGood parts, Secret secret, int bytes, Instant since) {}

    /**
     * @param secrets finds a Secret that an operator created
     * @param clock for elapsed time
     */
    public LastGoodKeeper(Function<ObjectKey, Optional<Secret>> secrets, InstantSource clock) {
        this.secrets = secrets;
        this.clock = clock;
    }

    /**
     * The desired Secret. Empty when no configuration was acknowledged since this operator leads; the existing Secret
     * then stays.
     *
     * @param acknowledged whether all gateways run the published configuration
     */
    Optional<Secret> secret(DataPath dataPath, Publication publication, GatewayPlan plan, boolean acknowledged) {
        var before = kept;
        if (acknowledged
                && (before == null || !before.version().equals(publication.version()))
                && pause(plan).isEmpty()) {
            before = make(dataPath, publication, plan);
            kept = before;
        }
        return Optional.ofNullable(before).map(Kept::secret);
    }

    /**
     * Whether the stored configuration has the same restrictions as the plan. It may differ from the plan only in the
     * nodes of pools.
     */
    boolean restrictsLike(GatewayPlan plan) {
        var before = kept;
        return before != null && before.restrictions().equals(Restrictions.of(plan));
    }

    /** The delay until the plan may be stored; empty when it may be stored now. */
    Optional<Duration> pause(GatewayPlan plan) {
        var before = kept;
        if (before == null || !before.restrictions().equals(Restrictions.of(plan))) {
            return Optional.empty();
        }
        var left = Duration.between(clock.instant(), before.since().plus(PACE));
        return left.isPositive() ? Optional.of(left) : Optional.empty();
    }

    /** Whether that version is the stored one. */
    boolean keeps(String version) {
        var before = kept;
        return before != null && before.version().equals(version);
    }

    /** The parts that gateways acknowledged under a previous leader; none when they are unknown. */
    LastGood remembered(DataPath dataPath) {
        var key = Identity.key(dataPath);
        var name = new ObjectKey(key.namespace(), GatewayNames.of(key.name()).lastGood());
        return secrets.apply(name)
                .filter(secret -> Owners.controls(dataPath, secret))
                .map(Secret::getData)
                .map(data -> data.get(GatewaySecrets.LAST_GOOD_PARTS))
                .map(text -> read(key, text))
                .orElse(LastGood.NONE);
    }

    /** Warnings for the owner of the DataPath. */
    List<Finding> findings(DataPath dataPath) {
        var now = kept;
        if (now == null || now.bytes() <= MOST_BYTES) {
            return List.of();
        }
        return List.of(new Finding(
                Identity.ref(dataPath),
                Finding.Severity.WARNING,
                Reason.TooLarge,
                "",
                "the configuration has a compressed size of " + kib(now.bytes()) + " KiB, more than the "
                        + kib(MOST_BYTES)
                        + " KiB that can be stored for gateways that start while no operator is available: such gateways wait for an operator."
                        + " Split the DataPath, or use fewer rules or certificates"));
    }

    private Kept make(DataPath dataPath, Publication publication, GatewayPlan acknowledged) {
        var plan = withNodes(dataPath, acknowledged);
        var resources = plan.equals(acknowledged)
                ? publication.resources()
                : EnvoyRenderer.render(plan, RenderOptions.pod(plan));
        var bootstrap = LastGoodBootstrap.compressed(
                BootstrapSpec.pod(Identity.key(dataPath).toString(), plan.maxConnections(), plan.memoryLimit()),
                resources);
        var good = LastGood.of(plan);
        var parts = LastGoodParts.write(good);
        int bytes = bootstrap.length + parts.length;
        var content = new TreeMap<String, byte[]>();
        if (parts.length <= MOST_BYTES) {
            content.put(GatewaySecrets.LAST_GOOD_PARTS, parts);
        }
        // An older configuration could permit requests that have been forbidden since.
        if (bytes <= MOST_BYTES) {
            content.put(GatewaySecrets.LAST_GOOD, bootstrap);
        }
        return new Kept(
                publication.version(),
                Restrictions.of(acknowledged),
                good,
                GatewaySecrets.lastGood(dataPath, content),
                bytes,
                clock.instant());
    }

    /** A pool without nodes cannot serve. In the stored configuration such a pool keeps its previous nodes. */
    private GatewayPlan withNodes(DataPath dataPath, GatewayPlan plan) {
        if (plan.pools().stream().noneMatch(pool -> pool.nodes().isEmpty())) {
            return plan;
        }
        var before = kept;
        var nodes = (before == null ? remembered(dataPath) : before.parts()).nodes();
        return plan.withPools(plan.pools().stream()
                .map(pool -> pool.nodes().isEmpty() ? pool.withNodes(nodes.getOrDefault(pool.name(), List.of())) : pool)
                .toList());
    }

    private static LastGood read(ObjectKey key, String text) {
        try {
            return LastGoodParts.read(Base64.getDecoder().decode(text));
        } catch (IOException | IllegalArgumentException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the last configuration acknowledged by the gateways of DataPath {0} cannot be read, using only the declared objects: {1}",
                    key,
                    e.getMessage());
            return LastGood.NONE;
        }
    }

    private static int kib(int bytes) {
        return Math.round(bytes / 1024f);
    }
}
