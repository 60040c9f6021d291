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
 * Writes status with server-side apply of the status alone, and only when it differs. Each transition is reported once, as an Event
 * and a log line, also when the write is retried or the cache is stale. Thread-safe.
 */
final class StatusWriter {
    /** Bounds the memory for objects that are deleted before the cache contains their last status; one status is kept for each. */
    private static final int MAX_UNSEEN = 10_000;

    private static final System.Logger LOG = System.getLogger(StatusWriter.class.getName());

    private final BiConsumer<HasMetadata, Collection<Transitions.Transition>> events;
    /** By uid, the last reported status of objects whose cache is stale. */
    private final Map<String, Object> unseen = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Object> eldest) {
            return size() > MAX_UNSEEN;
        }
    };

    private volatile boolean closed;

    /** @param events receives the transitions of an object */
    StatusWriter(BiConsumer<HasMetadata, Collection<Transitions.Transition>> events) {
        this.events = events;
    }

    /** Stops all writes: the caches of a stopping operator are empty, so a status computed from them would be false. */
    void close() {
        closed = true;
    }

    /** Whether {@link #close} was called. */
    boolean closed() {
        return closed;
    }

    /**
     * Decides whether a status is written, and reports its transitions.
     *
     * @param object the current object
     * @param patch a new, empty object of the kind
     * @param status the new status
     * @param transitions computes the transitions from the given previous status, which is never null
     */
    <S, T extends CustomResource<?, S>> UpdateControl<T> write(
            T object, T patch, S status, Function<S, Collection<Transitions.Transition>> transitions) {
        if (closed) {
            return UpdateControl.noUpdate();
        }
        var seen = object.getStatus();
        var uid = String.valueOf(object.getMetadata().getUid());
        var reported = lastReported(uid, status, seen);
        if (reported != null && !status.equals(reported)) {
            var news = transitions.apply(reported);
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

    /**
     * Logs a transition, because Events expire after an hour. Control characters are replaced, because messages may quote text of
     * users or of Envoy.
     */
    private static void log(HasMetadata object, Transitions.Transition transition) {
        var metadata = object.getMetadata();
        LOG.log(
                transition.warning() ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
                object.getKind() + " " + metadata.getNamespace() + "/" + metadata.getName() + " generation "
                        + metadata.getGeneration() + ": " + transition.reason() + ": "
                        + transition.note().replaceAll("\\p{Cntrl}+", " "));
    }

    /** The last reported status. Records the new one until the cache contains it. */
    @SuppressWarnings("unchecked") // an object keeps its kind, and a kind its status
    private <S> @Nullable S lastReported(String uid, S now, @Nullable S seen) {
        synchronized (unseen) {
            var before = (S) (now.equals(seen) ? unseen.remove(uid) : unseen.put(uid, now));
            return before == null ? seen : before;
        }
    }
}
