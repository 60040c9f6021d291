package dev.datapath.operator.compile;

import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.Backend;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the pools that references name.
 *
 * @param namespace where they are looked for
 * @param declared names of all StoragePools
 * @param usable names of those that can be used
 */
record Backends(String namespace, Set<String> declared, Set<String> usable) {

    /** The pool, or that it is unavailable, which is reported. */
    Backend named(@Nullable String reference, Report at) {
        var name = Identity.text(reference);
        if (usable.contains(name)) {
            return new Backend.Pool(name);
        }
        if (declared.contains(name)) {
            at.warning(
                    Reason.PoolNotFound,
                    "StoragePool " + namespace + "/" + name
                            + " cannot be used as it is; its requests get 503: see its own conditions");
        } else {
            at.error(
                    Reason.PoolNotFound,
                    "StoragePool " + namespace + "/" + name
                            + " does not exist; its requests get 503: create it, or name another one");
        }
        return new Backend.Unavailable(name);
    }
}
