package dev.datapath.operator.reconcile;

import dev.datapath.operator.compile.ObjectRef;
import dev.datapath.operator.plan.ObjectKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * How reconcilers tell each other that something was found out which is written nowhere: what compile says about a policy, how
 * gateways see a node. Safe for several threads.
 */
final class Neighbours {
    private final List<Consumer<String>> namespaces = new CopyOnWriteArrayList<>();
    private final Map<String, Consumer<ObjectKey>> kinds = new ConcurrentHashMap<>();

    /** An event source that has all primaries of a namespace looked at again after {@link #changed}. */
    <P extends HasMetadata> SimpleInboundEventSource<P> follow(EventSourceContext<P> context) {
        var source = new SimpleInboundEventSource<P>("neighbours");
        namespaces.add(namespace -> Kinds.in(context, namespace).forEach(source::propagateEvent));
        return source;
    }

    /** An event source that has single primaries looked at again after {@link #look}. */
    <P extends HasMetadata> SimpleInboundEventSource<P> looks(EventSourceContext<P> context) {
        var source = new SimpleInboundEventSource<P>("looks");
        kinds.put(HasMetadata.getKind(context.getPrimaryResourceClass()), key -> source.propagateEvent(Kinds.id(key)));
        return source;
    }

    /** Something about the DataPaths of a namespace changed that others' status speaks of. */
    void changed(String namespace) {
        namespaces.forEach(follower -> follower.accept(namespace));
    }

    /** An object should be looked at again. */
    void look(ObjectRef object) {
        var follower = kinds.get(object.kind());
        if (follower != null) {
            follower.accept(new ObjectKey(object.namespace(), object.name()));
        }
    }
}
