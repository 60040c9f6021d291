package dev.datapath.operator.xds;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The acknowledgements of every connected gateway: the only source of the {@code Programmed} condition. Thread-safe;
 * returned values are immutable.
 */
public final class SyncState {
    private static final System.Logger LOG = System.getLogger(SyncState.class.getName());

    private final Map<String, Map<Object, GatewayState>> states = new ConcurrentHashMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private final Set<String> changed = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Executor notifier;

    /** @param notifier runs listeners, one task at a time */
    SyncState(Executor notifier) {
        this.notifier = notifier;
    }

    /** The gateways of one DataPath; none when none is connected. */
    public DataPathSync of(String dataPath) {
        var newest = new LinkedHashMap<String, GatewayState>();
        // A stream that was lost without a signal may outlive its successor for several seconds: the newer one is
        // correct.
        new ArrayList<>(states.getOrDefault(dataPath, Map.of()).values())
                .stream()
                        .sorted(Comparator.comparing(GatewayState::gateway).thenComparing(GatewayState::connectedSince))
                        .forEach(state -> newest.put(state.gateway(), state));
        return new DataPathSync(dataPath, List.copyOf(newest.values()));
    }

    /** The keys of all DataPaths with a connected gateway. */
    public Set<String> dataPaths() {
        return Set.copyOf(states.keySet());
    }

    /**
     * Calls back with a DataPath's key after a change in {@link #of}. Several changes may cause one call. The listener
     * runs on a separate thread, without locks, one call at a time; it reads the state with {@link #of}.
     *
     * @return ends the subscription when run
     */
    public Runnable onChange(Consumer<String> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void update(String dataPath, Object stream, GatewayState state) {
        var before = new AtomicReference<@Nullable GatewayState>();
        states.compute(dataPath, (key, streams) -> {
            var target = streams == null ? new ConcurrentHashMap<Object, GatewayState>() : streams;
            before.set(target.put(stream, state));
            return target;
        });
        if (!state.equals(before.get())) {
            changed(dataPath);
        }
    }

    void remove(String dataPath, Object stream) {
        states.computeIfPresent(dataPath, (key, streams) -> {
            streams.remove(stream);
            return streams.isEmpty() ? null : streams;
        });
        changed(dataPath);
    }

    private void changed(String dataPath) {
        changed.add(dataPath);
        if (scheduled.compareAndSet(false, true)) {
            notifier.execute(this::notifyListeners);
        }
    }

    private void notifyListeners() {
        scheduled.set(false);
        for (var dataPath : Set.copyOf(changed)) {
            changed.remove(dataPath);
            for (var listener : listeners) {
                try {
                    listener.accept(dataPath);
                } catch (RuntimeException | Error e) {
                    LOG.log(System.Logger.Level.ERROR, "a listener failed on " + dataPath, e);
                }
            }
        }
    }
}
