package dev.datapath.operator.source.cluster;

import dev.datapath.operator.compile.LeftOut;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The memory budget for the content of Secrets, ConfigMaps and EndpointSlices. One namespace may use a part of it. A
 * small object is accepted as long as its own namespace has budget left, independent of other namespaces. Thread-safe.
 */
final class ContentBudget {
    /** Larger than most certificates with their chain and key. */
    static final long SMALL = 16 << 10;

    private final long all;
    private final long ofNamespace;
    private final Map<String, Long> taken = new HashMap<>();

    /** @param memory memory that the process may use for objects, in bytes */
    ContentBudget(long memory) {
        all = memory / 4;
        ofNamespace = memory / 16;
    }

    /**
     * Reserves memory for an object if the budget allows it.
     *
     * @param before the previous reservation of the object, which is always released
     * @return which limit would be exceeded; empty when the memory was reserved
     */
    synchronized Optional<LeftOut> take(String namespace, long before, long bytes) {
        add(namespace, -before);
        var missing = missing(namespace, bytes);
        if (missing.isEmpty()) {
            add(namespace, bytes);
        }
        return missing;
    }

    /** Which limit an object of that size would exceed; empty when there is none. */
    synchronized Optional<LeftOut> missing(String namespace, long bytes) {
        if (taken.getOrDefault(namespace, 0L) + bytes > ofNamespace) {
            return Optional.of(new LeftOut(LeftOut.Why.NAMESPACE, bytes, ofNamespace));
        }
        long sum = taken.values().stream().mapToLong(Long::longValue).sum();
        return bytes > SMALL && sum + bytes > all
                ? Optional.of(new LeftOut(LeftOut.Why.ALL, bytes, all))
                : Optional.empty();
    }

    private void add(String namespace, long bytes) {
        taken.merge(namespace, bytes, (one, other) -> one + other == 0 ? null : Long.valueOf(one + other));
    }
}
