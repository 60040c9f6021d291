package dev.datapath.operator.kubernetes;

import dev.datapath.operator.compile.LeftOut;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A memory budget for objects of many namespaces. One namespace may use a part of it. A small object is accepted as long as its own
 * namespace has budget left, independent of other namespaces. Thread-safe.
 */
public final class MemoryBudget {
    /** Larger than most certificates with their chain and key, and than most objects of our own kinds. */
    static final long SMALL = 16 << 10;

    private final long all;
    private final long ofNamespace;
    private final Map<String, Long> taken = new HashMap<>();
    private long sum;

    /** @param memory memory that the process may use for objects, in bytes */
    public MemoryBudget(long memory) {
        all = memory / 4;
        ofNamespace = memory / 16;
    }

    /**
     * Reserves memory for an object if the budget allows it.
     *
     * @param before the previous reservation of the object, which is always released
     * @return which limit would be exceeded; empty when the memory was reserved
     */
    public synchronized Optional<LeftOut> take(String namespace, long before, long bytes) {
        add(namespace, -before);
        var missing = missing(namespace, bytes);
        if (missing.isEmpty()) {
            add(namespace, bytes);
        }
        return missing;
    }

    /** Which limit an object of that size would exceed; empty when there is none. */
    public synchronized Optional<LeftOut> missing(String namespace, long bytes) {
        if (taken.getOrDefault(namespace, 0L) + bytes > ofNamespace) {
            return Optional.of(new LeftOut(LeftOut.Why.NAMESPACE, bytes, ofNamespace));
        }
        return bytes > SMALL && sum + bytes > all
                ? Optional.of(new LeftOut(LeftOut.Why.ALL, bytes, all))
                : Optional.empty();
    }

    private void add(String namespace, long bytes) {
        sum += bytes;
        taken.merge(namespace, bytes, (one, other) -> one + other == 0 ? null : Long.valueOf(one + other));
    }
}
