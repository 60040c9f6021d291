package dev.datapath.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import io.javaoperatorsdk.operator.processing.event.source.controller.ResourceAction;
import io.javaoperatorsdk.operator.processing.event.source.controller.ResourceEvent;
import java.util.Set;

/**
 * Has primaries looked at without anything having happened to them. That is told as a change of the primary: of a primary that
 * the framework has forgotten, though it exists, it drops all other events ({@code
 * ResourceStateManager.getOrCreateOnResourceEvent}).
 */
public final class Triggers<P extends HasMetadata> extends AbstractEventSource<Void, P> {
    private final Cache<P> primaries;

    Triggers(String name, Cache<P> primaries) {
        super(Void.class, name);
        this.primaries = primaries;
    }

    /** Has a primary looked at, if there is one. */
    void look(ResourceID primary) {
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
