package dev.datapath.operator.infra.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Collection;
import java.util.Optional;

/**
 * Finds objects of the cluster in the caches of informers, without a request to the API server. The caches hold the
 * objects that carry the operator's labels, and may be slightly stale.
 */
public interface ObjectLookup {
    /** The object of the same kind, namespace and name. */
    Optional<? extends HasMetadata> find(HasMetadata like);

    /** All objects with the owner's label. Some may have another owner. */
    Collection<? extends HasMetadata> madeFor(HasMetadata owner);
}
