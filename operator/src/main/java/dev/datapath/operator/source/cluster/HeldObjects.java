package dev.datapath.operator.source.cluster;

import dev.datapath.operator.compile.LeftOut;
import dev.datapath.operator.kubernetes.MemoryBudget;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The cached objects of one watch. Objects are reduced before they are stored. Thread-safe.
 *
 * @param <T> the kind of object
 */
final class HeldObjects<T extends HasMetadata> extends BasicItemStore<T> {
    private final Function<T, Reduced<T>> reduce;
    private final MemoryBudget room;
    /**
     * The memory of objects whose content is cached, and the memory that would be needed for those whose content is
     * omitted.
     */
    private final Map<String, Need> held = new HashMap<>();

    private final Map<String, Need> leftOut = new HashMap<>();
    private boolean closed;

    private record Need(String namespace, long bytes) {}

    /**
     * An object without its unused parts.
     *
     * @param object the object
     * @param bytes memory of its content; 0 when it needs none
     * @param without returns the object with a mark in place of its content
     */
    record Reduced<T>(T object, long bytes, Function<LeftOut, T> without) {}

    HeldObjects(Function<T, Reduced<T>> reduce, MemoryBudget room) {
        super(Cache::metaNamespaceKeyFunc);
        this.reduce = reduce;
        this.room = room;
    }

    @Override
    public synchronized @Nullable T put(String key, T object) {
        if (closed) {
            return null;
        }
        var reduced = reduce.apply(object);
        var need = new Need(object.getMetadata().getNamespace(), reduced.bytes());
        var missing = room.take(need.namespace(), given(key), need.bytes());
        (missing.isEmpty() ? held : leftOut).put(key, need);
        return super.put(key, missing.map(reduced.without()).orElse(reduced.object()));
    }

    @Override
    public synchronized @Nullable T remove(String key) {
        release(key);
        return super.remove(key);
    }

    /** Whether memory is available for omitted content: a new watch would cache it. */
    synchronized boolean hasRoomAgain() {
        return leftOut.values().stream()
                .anyMatch(need -> room.missing(need.namespace(), need.bytes()).isEmpty());
    }

    /** Releases all memory; no further objects are stored. */
    synchronized void close() {
        closed = true;
        keySet().toList().forEach(this::remove);
    }

    private void release(String key) {
        var need = held.get(key);
        if (need != null) {
            room.take(need.namespace(), given(key), 0);
        }
        leftOut.remove(key);
    }

    /** The previous reservation of the object. */
    private long given(String key) {
        leftOut.remove(key);
        var need = held.remove(key);
        return need == null ? 0 : need.bytes();
    }
}
