package dev.datapath.operator.kubernetes;

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

    /** Most objects have less. */
    static final long SMALL = 16 << 10;

    private static final long COLLECT_EVERY_NANOS = 60_000_000_000L;

    private final long all;
    private final long ofNamespace;
    private final Map<String, Held> held = new HashMap<>();
    /** Memory of held objects by namespace, without zeros. A sum over all objects for each object that is read would be quadratic. */
    private final Map<String, Long> taken = new HashMap<>();

    private final ReferenceQueue<CustomResource<?, ?>> collected = new ReferenceQueue<>();
    private long sum;
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
        all = memory / 4;
        ofNamespace = memory / 16;
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
        var problem = problem(namespace, bytes);
        if (problem.isPresent() && bytes <= MOST_BYTES && collect()) {
            problem = problem(namespace, bytes);
        }
        problem.ifPresent(text -> LeftOutObject.mark(object, text));
        hold(new Held(object, problem.isPresent() ? 0 : bytes, collected));
        return object;
    }

    private void hold(Held object) {
        held.put(object.uid, object);
        count(object.namespace, object.bytes);
    }

    /** Does nothing when a later state is held instead. */
    private void release(Held object) {
        if (held.remove(object.uid, object)) {
            count(object.namespace, -object.bytes);
        }
    }

    private void count(String namespace, long bytes) {
        sum += bytes;
        taken.compute(namespace, (name, before) -> {
            long after = (before == null ? 0 : before) + bytes;
            return after == 0 ? null : after;
        });
    }

    private Optional<String> problem(String namespace, long bytes) {
        if (bytes > MOST_BYTES) {
            return Optional.of("it takes about " + kib(bytes) + " KiB of memory, more than the " + kib(MOST_BYTES)
                    + " KiB that one object may take: divide it into several objects");
        }
        if (taken.getOrDefault(namespace, 0L) + bytes > ofNamespace) {
            return Optional.of("it takes about " + kib(bytes)
                    + " KiB of memory, and with it the objects of its namespace take more than the "
                    + kib(ofNamespace)
                    + " KiB that the operator holds of one namespace: delete objects or make them smaller, or raise the memory limit of"
                    + " the operator; then change this object");
        }
        return bytes > SMALL && sum + bytes > all
                ? Optional.of(
                        "it takes about " + kib(bytes)
                                + " KiB of memory, and with it the objects of all namespaces take more than the "
                                + kib(all)
                                + " KiB that the operator holds: raise the memory limit of the operator; then change this object")
                : Optional.empty();
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
