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
 * How reconcilers tell each other that something was found out which is written nowhere: what compile says about a policy, how
 * gateways see a node. Safe for several threads.
 */
public final class Dependents {
    /** The framework forgets a deleted object as soon as its reconciler has returned, which takes no time to speak of. */
    static final Duration UNTIL_FORGOTTEN = Duration.ofSeconds(1);

    /** In a rollout each gateway changes what is said of a DataPath. */
    static final Duration UNTIL_TOLD = Duration.ofMillis(100);

    private final BiConsumer<Duration, Runnable> timer;
    private final Wakes<String> changes;
    private final List<Consumer<String>> namespaces = new CopyOnWriteArrayList<>();
    private final Map<String, Consumer<ObjectKey>> kinds = new ConcurrentHashMap<>();

    /** @param timer does something after a while, on another thread */
    Dependents(BiConsumer<Duration, Runnable> timer) {
        this.timer = timer;
        changes =
                new Wakes<>(timer, UNTIL_TOLD, namespace -> namespaces.forEach(follower -> follower.accept(namespace)));
    }

    /** An event source that has all primaries of a namespace looked at again after {@link #changed}. */
    <P extends HasMetadata> EventSource<Void, P> follow(EventSourceContext<P> context) {
        var source = new Triggers<P>("dependents", context.getPrimaryCache());
        namespaces.add(namespace -> EventSources.in(context, namespace).forEach(source::look));
        return source;
    }

    /** An event source that has single primaries looked at again after {@link #look}. */
    <P extends HasMetadata> EventSource<Void, P> looks(EventSourceContext<P> context) {
        var source = new Triggers<P>("looks", context.getPrimaryCache());
        kinds.put(HasMetadata.getKind(context.getPrimaryResourceClass()), key -> source.look(EventSources.id(key)));
        return source;
    }

    /** Something about the DataPaths of a namespace changed that others' status speaks of; told once for many changes. */
    void changed(String namespace) {
        changes.changed(namespace);
    }

    /** An object should be looked at again. */
    void look(ObjectRef object) {
        var follower = kinds.get(object.kind());
        if (follower != null) {
            follower.accept(new ObjectKey(object.namespace(), object.name()));
        }
    }

    /**
     * An object was deleted. Another one of its name is looked at a little later: the framework takes an event of its creation for
     * done when it comes while the reconciler is told of the deletion.
     */
    void gone(ObjectRef object) {
        timer.accept(UNTIL_FORGOTTEN, () -> look(object));
    }
}
