package dev.datapath.operator.cluster;

import dev.datapath.operator.kubernetes.EventSources;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.threads.Wakes;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Triggers reconciliations of objects that depend on another object, when a change is not visible in the API: findings of the
 * compiler on a policy, or reports of gateways on a node. Thread-safe.
 */
public final class Dependents {
    /** The framework forgets a deleted object when its reconciler has returned, which takes much less than this. */
    static final Duration UNTIL_FORGOTTEN = Duration.ofSeconds(1);

    /** Changes within this time trigger once, because in a rollout each gateway changes the status of a DataPath. */
    static final Duration COALESCE = Duration.ofMillis(100);

    private final BiConsumer<Duration, Runnable> timer;
    private final Wakes<String> changes;
    private final List<Consumer<String>> namespaces = new CopyOnWriteArrayList<>();
    private final Map<String, Consumer<ObjectKey>> kinds = new ConcurrentHashMap<>();

    /** @param timer runs a task after a delay, on another thread */
    Dependents(BiConsumer<Duration, Runnable> timer) {
        this.timer = timer;
        changes = new Wakes<>(timer, COALESCE, namespace -> namespaces.forEach(follower -> follower.accept(namespace)));
    }

    /** An event source that triggers all primaries of a namespace after {@link #changed}. */
    <P extends HasMetadata> EventSource<Void, P> follow(EventSourceContext<P> context) {
        var source = new Triggers<P>("dependents", context.getPrimaryCache());
        namespaces.add(namespace -> EventSources.in(context, namespace).forEach(source::trigger));
        return source;
    }

    /** An event source that triggers a single primary after {@link #trigger}. */
    <P extends HasMetadata> EventSource<Void, P> triggers(EventSourceContext<P> context) {
        var source = new Triggers<P>("triggers", context.getPrimaryCache());
        kinds.put(HasMetadata.getKind(context.getPrimaryResourceClass()), key -> source.trigger(EventSources.id(key)));
        return source;
    }

    /** The state of DataPaths in a namespace changed, and the status of other objects depends on it. Many changes trigger once. */
    void changed(String namespace) {
        changes.changed(namespace);
    }

    /** Triggers the reconciliation of an object. */
    void trigger(ObjectRef object) {
        var follower = kinds.get(object.kind());
        if (follower != null) {
            follower.accept(new ObjectKey(object.namespace(), object.name()));
        }
    }

    /**
     * An object was deleted. An object that is created with the same name is triggered {@link #UNTIL_FORGOTTEN} later, because the
     * framework drops its creation event when this arrives while the deletion is being reconciled.
     */
    void deleted(ObjectRef object) {
        timer.accept(UNTIL_FORGOTTEN, () -> trigger(object));
    }
}
