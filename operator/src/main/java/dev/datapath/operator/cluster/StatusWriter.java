package dev.datapath.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How status is written: by server-side apply of nothing else, and only when it says something new. What turned becomes an
 * Event and a line of the log, once: also when the write fails and is tried again, or a cache has not seen it yet. Safe for several
 * threads.
 */
final class StatusWriter {
    /** Of objects that are deleted before their last status was seen, one is kept each; they must not fill the memory. */
    private static final int MOST_UNSEEN = 10_000;

    private static final System.Logger LOG = System.getLogger(StatusWriter.class.getName());

    private final BiConsumer<HasMetadata, Collection<Transitions.Transition>> events;
    /** By unique identifier, what was told last of objects whose caches are behind. */
    private final Map<String, Object> unseen = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Object> eldest) {
            return size() > MOST_UNSEEN;
        }
    };

    private volatile boolean closed;

    /** @param events told what happened to an object */
    StatusWriter(BiConsumer<HasMetadata, Collection<Transitions.Transition>> events) {
        this.events = events;
    }

    /** Nothing is written any more: the caches of an operator that ends are empty, and what it sees there is not true. */
    void close() {
        closed = true;
    }

    /** Whether {@link #close} was called. */
    boolean closed() {
        return closed;
    }

    /**
     * What to do about a status.
     *
     * @param object as it is now
     * @param patch a new, empty object of the kind
     * @param status what it should say
     * @param transitions what is new in it, from the status before, which is never null there
     */
    <S, T extends CustomResource<?, S>> UpdateControl<T> write(
            T object, T patch, S status, Function<S, Collection<Transitions.Transition>> transitions) {
        if (closed) {
            return UpdateControl.noUpdate();
        }
        var seen = object.getStatus();
        var uid = String.valueOf(object.getMetadata().getUid());
        var told = told(uid, status, seen);
        if (told != null && !status.equals(told)) {
            var news = transitions.apply(told);
            news.forEach(transition -> log(object, transition));
            events.accept(object, news);
        }
        if (status.equals(seen)) {
            return UpdateControl.noUpdate();
        }
        patch.setMetadata(new ObjectMetaBuilder()
                .withNamespace(object.getMetadata().getNamespace())
                .withName(object.getMetadata().getName())
                .build());
        patch.setStatus(status);
        return UpdateControl.patchStatus(patch);
    }

    /** Events are gone after an hour; the log is kept. Messages may quote what users or Envoy wrote, so control characters go. */
    private static void log(HasMetadata object, Transitions.Transition transition) {
        var metadata = object.getMetadata();
        LOG.log(
                transition.warning() ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
                object.getKind() + " " + metadata.getNamespace() + "/" + metadata.getName() + " generation "
                        + metadata.getGeneration() + ": " + transition.reason() + ": "
                        + transition.note().replaceAll("\\p{Cntrl}+", " "));
    }

    /** What was told before; remembers what is told now, until it is seen. */
    @SuppressWarnings("unchecked") // an object keeps its kind, and a kind its status
    private <S> @Nullable S told(String uid, S now, @Nullable S seen) {
        synchronized (unseen) {
            var before = (S) (now.equals(seen) ? unseen.remove(uid) : unseen.put(uid, now));
            return before == null ? seen : before;
        }
    }
}
