package dev.datapath.operator.infra.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Collection;
import java.util.Optional;

/**
 * What is known of the objects in the cluster without asking the API server: the caches of informers. They hold the objects
 * that carry the operator's labels, and may be a little behind.
 */
public interface ObjectLookup {
    /** The object of the same kind, namespace and name. */
    Optional<? extends HasMetadata> find(HasMetadata like);

    /** All objects that were made for the owner, by its label; some may by now belong to somebody else. */
    Collection<? extends HasMetadata> madeFor(HasMetadata owner);
}
