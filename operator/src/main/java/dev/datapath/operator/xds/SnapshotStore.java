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
 * The desired configuration of each DataPath's gateways: a base that all of them share, and for some gateways an
 * overlay on it. Thread-safe. Calls return immediately, delivery runs in the background, and publications in quick
 * succession are delivered as one.
 *
 * <p>A DataPath is identified by its key, {@code namespace/name}. Nothing is sent to a gateway whose DataPath has no
 * base: it keeps its configuration.
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
     * Replaces the base of a DataPath. Content equal to the current one changes nothing and sends nothing. Single equal
     * resources keep their objects, so gateways that connected at different times do not hold separate copies.
     */
    public void publish(String dataPath, Snapshot snapshot) {
        if (served(dataPath).publish(snapshot)) {
            changed(dataPath);
        }
    }

    /**
     * Sets an overlay on the base for one gateway, which may be set before there is a base.
     *
     * @param gateway its name, Envoy's {@code node.id}
     * @param overlay creates the gateway's configuration from the base, called with each new one
     */
    public void overlay(String dataPath, String gateway, UnaryOperator<Snapshot> overlay) {
        if (served(dataPath).overlay(gateway, overlay)) {
            changed(dataPath);
        }
    }

    /**
     * Stops serving a DataPath and removes its overlays. Connected gateways keep their configuration and their stream;
     * nothing is deleted on them. Does nothing when the DataPath does not exist.
     */
    public void withdraw(String dataPath) {
        if (dataPaths.remove(dataPath) != null) {
            changed(dataPath);
        }
    }

    /** The configuration of all gateways of a DataPath without their overlays; null when there is none. */
    public @Nullable Snapshot base(String dataPath) {
        var served = dataPaths.get(dataPath);
        return served == null ? null : served.base();
    }

    /** The configuration of a gateway; null when there is none. */
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
