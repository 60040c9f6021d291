package dev.datapath.operator.source.cluster;

import dev.datapath.operator.compile.LeftOut;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is held of the objects of one watch: they are reduced as they come in. Safe for several threads.
 *
 * @param <T> the kind of object
 */
final class HeldObjects<T extends HasMetadata> extends BasicItemStore<T> {
    private final Function<T, Reduced<T>> reduce;
    private final ContentRoom room;
    /** The room of objects whose content is held, and of those whose content is left out for want of room. */
    private final Map<String, Need> held = new HashMap<>();

    private final Map<String, Need> leftOut = new HashMap<>();
    private boolean closed;

    private record Need(String namespace, long bytes) {}

    /**
     * An object without the parts that are not used.
     *
     * @param object the object
     * @param bytes how much room its content takes; 0 for one that needs none
     * @param without the object without its content, and with a mark in its place
     */
    record Reduced<T>(T object, long bytes, Function<LeftOut, T> without) {}

    HeldObjects(Function<T, Reduced<T>> reduce, ContentRoom room) {
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

    /** Whether something is left out that has room now: a new watch would hold it. */
    synchronized boolean hasRoomAgain() {
        return leftOut.values().stream()
                .anyMatch(need -> room.missing(need.namespace(), need.bytes()).isEmpty());
    }

    /** Gives all room back; nothing is taken any more. */
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

    /** What the object had until now. */
    private long given(String key) {
        leftOut.remove(key);
        var need = held.remove(key);
        return need == null ? 0 : need.bytes();
    }
}
