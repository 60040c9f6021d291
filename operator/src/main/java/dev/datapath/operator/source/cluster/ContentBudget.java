package dev.datapath.operator.source.cluster;

import dev.datapath.operator.compile.LeftOut;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How much of the operator's memory the content of Secrets, ConfigMaps and EndpointSlices may take. One namespace has a part of it. A small object
 * finds room as long as its own namespace has some, whatever others take. Safe for several threads.
 */
final class ContentRoom {
    /** Most certificates with their chain and key have less. */
    static final long SMALL = 16 << 10;

    private final long all;
    private final long ofNamespace;
    private final Map<String, Long> taken = new HashMap<>();

    /** @param memory how much memory the process may use for objects, in bytes */
    ContentRoom(long memory) {
        all = memory / 4;
        ofNamespace = memory / 16;
    }

    /**
     * Takes room for an object, if there is any.
     *
     * @param before what the object had until now, which is given back in any case
     * @return what there is no room in; empty when the room is taken
     */
    synchronized Optional<LeftOut> take(String namespace, long before, long bytes) {
        add(namespace, -before);
        var missing = missing(namespace, bytes);
        if (missing.isEmpty()) {
            add(namespace, bytes);
        }
        return missing;
    }

    /** What there is no room in for an object of that size. */
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
