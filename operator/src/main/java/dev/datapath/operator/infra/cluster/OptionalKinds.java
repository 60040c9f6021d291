package dev.datapath.operator.infra.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Kinds that another product defines, such as PodMonitor. Their definition may be deleted while the operator runs, and gateways run without
 * them. Safe for several threads.
 */
final class OptionalKinds {
    private static final System.Logger LOG = System.getLogger(OptionalKinds.class.getName());
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final KubernetesClient client;
    private final InstantSource clock;
    /** When each kind was missing last. */
    private final Map<String, Instant> missing = new ConcurrentHashMap<>();

    /** @param clock for elapsed time */
    OptionalKinds(KubernetesClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    /** Whether an object is not written now, because its kind was missing less than a minute ago. */
    boolean skips(HasMetadata object) {
        var last = missing.get(kind(object));
        return last != null && Duration.between(last, clock.instant()).compareTo(PAUSE) < 0;
    }

    /**
     * Whether the reason of a failed write is that the API server does not know the kind.
     *
     * @throws KubernetesClientException when the API server does not answer
     */
    boolean explains(HasMetadata object) {
        if (!(object instanceof GenericKubernetesResource)
                || client.supports(object.getApiVersion(), object.getKind())) {
            return false;
        }
        if (missing.put(kind(object), clock.instant()) == null) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the API server does not know the kind {0}: such objects are not written until it does",
                    kind(object));
        }
        return true;
    }

    /** An object was written, so the API server knows its kind. */
    void written(HasMetadata object) {
        missing.remove(kind(object));
    }

    private static String kind(HasMetadata object) {
        return object.getApiVersion() + " " + object.getKind();
    }
}
