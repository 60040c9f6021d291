package dev.datapath.operator.reconcile;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/**
 * How status is written: by server-side apply of nothing else, and only when it says something new. What turned becomes an
 * Event too.
 */
final class StatusWriter {
    private final EventRecorder events;

    StatusWriter(EventRecorder events) {
        this.events = events;
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
        var before = object.getStatus();
        if (status.equals(before)) {
            return UpdateControl.noUpdate();
        }
        events.record(object, before == null ? List.of() : transitions.apply(before));
        patch.setMetadata(new ObjectMetaBuilder()
                .withNamespace(object.getMetadata().getNamespace())
                .withName(object.getMetadata().getName())
                .build());
        patch.setStatus(status);
        return UpdateControl.patchStatus(patch);
    }
}
