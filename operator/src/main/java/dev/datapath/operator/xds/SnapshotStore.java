package dev.datapath.operator.xds;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What each DataPath's gateways should run. Safe for several threads; a call returns at once, delivery goes on in the
 * background, and publications that follow each other quickly are delivered as one.
 *
 * <p>A DataPath is named by its key, {@code namespace/name}. A gateway whose DataPath has no snapshot is sent nothing: it
 * keeps what it runs.
 */
public final class SnapshotStore {
    private final Map<String, Snapshot> snapshots = new ConcurrentHashMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    /**
     * Replaces the snapshot of a DataPath. Content equal to the current one changes nothing and sends nothing; single resources
     * that are equal stay the same objects, so that gateways which connected at different times do not keep a copy each.
     */
    public void publish(String dataPath, Snapshot snapshot) {
        var before = snapshots.get(dataPath);
        var next = before == null ? snapshot : snapshot.sharing(before);
        if (snapshots.put(dataPath, next) != next) {
            listeners.forEach(listener -> listener.accept(dataPath));
        }
    }

    /**
     * Stops serving a DataPath. Connected gateways keep their configuration and their stream; nothing is deleted on
     * them. Does nothing when there is no such DataPath.
     */
    public void withdraw(String dataPath) {
        if (snapshots.remove(dataPath) != null) {
            listeners.forEach(listener -> listener.accept(dataPath));
        }
    }

    /** The current snapshot; null when there is none. */
    public @Nullable Snapshot snapshot(String dataPath) {
        return snapshots.get(dataPath);
    }

    void onChange(Consumer<String> listener) {
        listeners.add(listener);
    }

    void removeListener(Consumer<String> listener) {
        listeners.remove(listener);
    }
}
