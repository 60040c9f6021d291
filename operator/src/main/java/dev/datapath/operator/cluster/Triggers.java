package dev.datapath.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import io.javaoperatorsdk.operator.processing.event.source.controller.ResourceAction;
import io.javaoperatorsdk.operator.processing.event.source.controller.ResourceEvent;
import java.util.Set;

/**
 * Triggers the reconciliation of primaries that have not changed. It emits update events of the primary, because the framework
 * drops all other events of a primary that it has forgotten although it exists
 * ({@code ResourceStateManager.getOrCreateOnResourceEvent}).
 */
public final class Triggers<P extends HasMetadata> extends AbstractEventSource<Void, P> {
    private final Cache<P> primaries;

    Triggers(String name, Cache<P> primaries) {
        super(Void.class, name);
        this.primaries = primaries;
    }

    /** Triggers the reconciliation of a primary, if it exists. */
    void trigger(ResourceID primary) {
        if (isRunning()) {
            primaries
                    .get(primary)
                    .ifPresent(object ->
                            getEventHandler().handleEvent(new ResourceEvent(ResourceAction.UPDATED, primary, object)));
        }
    }

    @Override
    public Set<Void> getSecondaryResources(P primary) {
        return Set.of();
    }
}
