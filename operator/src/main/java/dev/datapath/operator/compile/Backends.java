package dev.datapath.operator.compile;

import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.Backend;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Resolves references to StoragePools.
 *
 * @param namespace namespace of the pools
 * @param declared names of all StoragePools
 * @param usable names of the usable ones
 */
record Backends(String namespace, Set<String> declared, Set<String> usable) {

    /** The pool that receives copies. One that is missing or unusable is reported, and no copies are sent. */
    Optional<String> mirror(@Nullable String reference, Report at) {
        var name = Identity.text(reference);
        if (usable.contains(name)) {
            return Optional.of(name);
        }
        if (declared.contains(name)) {
            at.warning(
                    Reason.PoolNotFound,
                    "StoragePool " + namespace + "/" + name
                            + " is not usable, so no copies are sent: see its conditions");
        } else {
            at.error(
                    Reason.PoolNotFound,
                    "StoragePool " + namespace + "/" + name
                            + " does not exist, so no copies are sent: create it, or reference another pool");
        }
        return Optional.empty();
    }

    /** The backend of a reference. A pool that is missing or unusable is reported, and the backend is unavailable. */
    Backend named(@Nullable String reference, Report at) {
        var name = Identity.text(reference);
        if (usable.contains(name)) {
            return new Backend.Pool(name);
        }
        if (declared.contains(name)) {
            at.warning(
                    Reason.PoolNotFound,
                    "StoragePool " + namespace + "/" + name
                            + " is not usable, so requests for it get 503: see its conditions");
        } else {
            at.error(
                    Reason.PoolNotFound,
                    "StoragePool " + namespace + "/" + name
                            + " does not exist, so requests for it get 503: create it, or reference another pool");
        }
        return new Backend.Unavailable(name);
    }
}
