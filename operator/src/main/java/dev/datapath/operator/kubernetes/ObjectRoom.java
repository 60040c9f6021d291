package dev.datapath.operator.kubernetes;

import dev.datapath.operator.compile.LeftOut;
import io.fabric8.kubernetes.client.CustomResource;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How much of the operator's memory objects of our own kinds may take. Several informers read each of them: they share one instance of
 * each state, and it counts once. One namespace has a part of the memory; a small object finds room as long as its own namespace has
 * some, whatever others take. An object counts until the garbage collector has found that no cache holds it any more. Safe for several
 * threads.
 */
final class ObjectRoom {
    /** An object larger than this is left out. A policy of 10,000 buckets takes three quarters of it. */
    static final long MOST_BYTES = 1 << 20;

    private static final long COLLECT_EVERY_NANOS = 60_000_000_000L;

    private final MemoryBudget budget;
    private final Map<String, Held> held = new HashMap<>();
    private final ReferenceQueue<CustomResource<?, ?>> collected = new ReferenceQueue<>();
    private long collectedAt = System.nanoTime() - COLLECT_EVERY_NANOS;

    /** An object that some cache may hold. */
    private static final class Held extends WeakReference<CustomResource<?, ?>> {
        private final String uid;
        private final String version;
        private final String namespace;
        private final long bytes;

        Held(CustomResource<?, ?> object, long bytes, ReferenceQueue<CustomResource<?, ?>> queue) {
            super(object, queue);
            var metadata = object.getMetadata();
            this.uid = metadata.getUid();
            this.version = metadata.getResourceVersion();
            this.namespace = Objects.requireNonNullElse(metadata.getNamespace(), "");
            this.bytes = bytes;
        }
    }

    /** @param memory how much memory the process may use for objects, in bytes */
    ObjectRoom(long memory) {
        budget = new MemoryBudget(memory);
    }

    /**
     * Takes an object that was just read.
     *
     * @param bytes about how much memory it takes
     * @return the instance to use: the one that was read before of the same state, or the object itself, without its spec when there is
     *     no room for it
     */
    synchronized CustomResource<?, ?> take(CustomResource<?, ?> object, long bytes) {
        var uid = object.getMetadata().getUid();
        if (uid == null) {
            return object;
        }
        forgetCollected();
        var before = held.get(uid);
        if (before != null && before.version.equals(object.getMetadata().getResourceVersion())) {
            var same = before.get();
            if (same != null && same.getClass() == object.getClass()) {
                return same;
            }
        }
        if (before != null) {
            // Of a former state another cache may have an instance for a moment longer.
            release(before);
        }
        var namespace = Objects.requireNonNullElse(object.getMetadata().getNamespace(), "");
        var missing = reserve(namespace, bytes);
        missing.ifPresent(limit -> LeftOutObject.mark(object, problem(limit)));
        held.put(uid, new Held(object, missing.isPresent() ? 0 : bytes, collected));
        return object;
    }

    private Optional<LeftOut> reserve(String namespace, long bytes) {
        if (bytes > MOST_BYTES) {
            return Optional.of(new LeftOut(LeftOut.Why.OBJECT, bytes, MOST_BYTES));
        }
        var missing = budget.take(namespace, 0, bytes);
        return missing.isPresent() && collect() ? budget.take(namespace, 0, bytes) : missing;
    }

    /** Does nothing when a later state is held instead. */
    private void release(Held object) {
        if (held.remove(object.uid, object)) {
            budget.take(object.namespace, object.bytes, 0);
        }
    }

    private static String problem(LeftOut limit) {
        var takes = "it takes about " + kib(limit.bytes()) + " KiB of memory, ";
        var bound = kib(limit.bound()) + " KiB that ";
        return switch (limit.why()) {
            case OBJECT -> takes + "more than the " + bound + "one object may take: divide it into several objects";
            case NAMESPACE ->
                takes + "and with it the objects of its namespace take more than the " + bound
                        + "the operator holds of one namespace: delete objects or make them smaller, or raise the memory limit of"
                        + " the operator; then change this object";
            case ALL ->
                takes + "and with it the objects of all namespaces take more than the " + bound
                        + "the operator holds: raise the memory limit of the operator; then change this object";
        };
    }

    private void forgetCollected() {
        for (var reference = collected.poll(); reference != null; reference = collected.poll()) {
            if (reference instanceof Held object) {
                release(object);
            }
        }
    }

    /** Has objects forgotten that no cache holds any more; not often, because it stops all threads. */
    private boolean collect() {
        long now = System.nanoTime();
        if (now - collectedAt < COLLECT_EVERY_NANOS) {
            return false;
        }
        collectedAt = now;
        System.gc();
        List.copyOf(held.values()).stream()
                .filter(object -> object.get() == null)
                .forEach(this::release);
        return true;
    }

    private static long kib(long bytes) {
        return (bytes + 1023) / 1024;
    }
}
