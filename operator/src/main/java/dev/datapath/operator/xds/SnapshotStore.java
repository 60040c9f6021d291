package dev.datapath.operator.xds;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What each DataPath's gateways should run: the same for all of them, its base, and for some gateways an overlay on it. Safe for several
 * threads; a call returns at once, delivery goes on in the background, and publications that follow each other quickly are delivered as
 * one.
 *
 * <p>A DataPath is named by its key, {@code namespace/name}. A gateway whose DataPath has no base is sent nothing: it keeps what it
 * runs.
 */
public final class SnapshotStore {
    private final Map<String, Served> dataPaths = new ConcurrentHashMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    /** Guarded by itself. */
    private static final class Served {
        private @Nullable Snapshot base;
        private final Map<String, UnaryOperator<Snapshot>> overlays = new HashMap<>();
        private final Map<String, Snapshot> overlaid = new HashMap<>();

        synchronized boolean publish(Snapshot snapshot) {
            var before = base;
            var next = before == null ? snapshot : snapshot.sharing(before);
            if (next == before) {
                return false;
            }
            base = next;
            overlays.forEach((gateway, overlay) -> overlay(gateway, overlay, next));
            return true;
        }

        synchronized boolean overlay(String gateway, UnaryOperator<Snapshot> overlay) {
            overlays.put(gateway, overlay);
            var present = base;
            return present != null && overlay(gateway, overlay, present);
        }

        private boolean overlay(String gateway, UnaryOperator<Snapshot> overlay, Snapshot present) {
            var before = overlaid.get(gateway);
            var made = overlay.apply(present);
            var next = before == null ? made : made.sharing(before);
            overlaid.put(gateway, next);
            return next != before;
        }

        synchronized @Nullable Snapshot snapshot(String gateway) {
            return overlaid.getOrDefault(gateway, base);
        }

        synchronized @Nullable Snapshot base() {
            return base;
        }
    }

    /**
     * Replaces the base of a DataPath. Content equal to the current one changes nothing and sends nothing; single resources that are equal
     * stay the same objects, so that gateways which connected at different times do not keep a copy each.
     */
    public void publish(String dataPath, Snapshot snapshot) {
        if (served(dataPath).publish(snapshot)) {
            changed(dataPath);
        }
    }

    /**
     * Has one gateway run the base with a difference from now on, which may be made before there is a base.
     *
     * @param gateway its name, Envoy's {@code node.id}
     * @param overlay makes what it should run from the base, called with each new one
     */
    public void overlay(String dataPath, String gateway, UnaryOperator<Snapshot> overlay) {
        if (served(dataPath).overlay(gateway, overlay)) {
            changed(dataPath);
        }
    }

    /**
     * Stops serving a DataPath and forgets its overlays. Connected gateways keep their configuration and their stream; nothing is deleted on
     * them. Does nothing when there is no such DataPath.
     */
    public void withdraw(String dataPath) {
        if (dataPaths.remove(dataPath) != null) {
            changed(dataPath);
        }
    }

    /** What all gateways of a DataPath should run but for their overlays; null when there is nothing. */
    public @Nullable Snapshot base(String dataPath) {
        var served = dataPaths.get(dataPath);
        return served == null ? null : served.base();
    }

    /** What a gateway should run; null when there is nothing. */
    public @Nullable Snapshot snapshot(String dataPath, String gateway) {
        var served = dataPaths.get(dataPath);
        return served == null ? null : served.snapshot(gateway);
    }

    void onChange(Consumer<String> listener) {
        listeners.add(listener);
    }

    void removeListener(Consumer<String> listener) {
        listeners.remove(listener);
    }

    private Served served(String dataPath) {
        return dataPaths.computeIfAbsent(dataPath, key -> new Served());
    }

    private void changed(String dataPath) {
        listeners.forEach(listener -> listener.accept(dataPath));
    }
}
