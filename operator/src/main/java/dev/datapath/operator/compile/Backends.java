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
        return resolve(reference, "no copies are sent", at);
    }

    /** The backend of a reference. A pool that is missing or unusable is reported, and the backend is unavailable. */
    Backend named(@Nullable String reference, Report at) {
        return resolve(reference, "requests for it get 503", at)
                .<Backend>map(Backend.Pool::new)
                .orElseGet(() -> new Backend.Unavailable(Identity.text(reference)));
    }

    private Optional<String> resolve(@Nullable String reference, String otherwise, Report at) {
        var name = Identity.text(reference);
        if (usable.contains(name)) {
            return Optional.of(name);
        }
        var pool = "StoragePool " + namespace + "/" + name;
        if (declared.contains(name)) {
            at.warning(Reason.PoolNotFound, pool + " is not usable, so " + otherwise + ": see its conditions");
        } else {
            at.error(
                    Reason.PoolNotFound,
                    pool + " does not exist, so " + otherwise + ": create it, or reference another pool");
        }
        return Optional.empty();
    }
}
