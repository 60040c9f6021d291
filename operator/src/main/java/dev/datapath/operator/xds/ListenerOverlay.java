package dev.datapath.operator.xds;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * An overlay for a gateway that differs from others only in its listeners. A listener is changed and encoded again only
 * when it differs from the one in the previous snapshot. Not thread-safe: {@link SnapshotStore} calls it from one
 * thread at a time.
 */
public final class ListenerOverlay implements UnaryOperator<Snapshot> {
    private record Made(Resource from, Optional<Resource> result) {}

    private final Function<Listener, Optional<Listener>> change;
    private Map<String, Made> last = Map.of();

    /** @param change returns equal results for equal listeners; empty for a listener that the gateway does not have */
    public ListenerOverlay(Function<Listener, Optional<Listener>> change) {
        this.change = change;
    }

    @Override
    public Snapshot apply(Snapshot base) {
        var current = new HashMap<String, Made>();
        var snapshot = base.withListeners(resource -> {
            var made = last.get(resource.name());
            if (made == null || !made.from().equals(resource)) {
                var changed = change.apply(listener(resource));
                made = new Made(resource, changed.map(listener -> Resource.of(listener, resource.references())));
            }
            current.put(resource.name(), made);
            return made.result();
        });
        last = current;
        return snapshot;
    }

    private static Listener listener(Resource resource) {
        try {
            return resource.any().unpack(Listener.class);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("listener " + resource.name() + " does not parse", e);
        }
    }
}
