package dev.datapath.operator.compile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One state of one object. For the kinds of DataPath only the spec counts, because their status changes often. For other kinds
 * every change counts. Objects from files have no versions, so they are equal only when they are the same instance.
 */
public final class ObjectState {
    private final HasMetadata object;
    private final @Nullable Object version;

    public ObjectState(HasMetadata object) {
        this.object = object;
        var metadata = object.getMetadata();
        version = metadata.getUid() == null
                ? null
                : object instanceof CustomResource ? metadata.getGeneration() : metadata.getResourceVersion();
    }

    /** Whether two objects are the same object in states that compile equally. */
    public static boolean same(HasMetadata one, HasMetadata other) {
        return new ObjectState(one).equals(new ObjectState(other));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ObjectState state
                && (object == state.object
                        || (version != null
                                && version.equals(state.version)
                                && object.getMetadata()
                                        .getUid()
                                        .equals(state.object.getMetadata().getUid())));
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(object.getMetadata().getName());
    }
}
