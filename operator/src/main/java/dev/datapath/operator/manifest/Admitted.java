package dev.datapath.operator.manifest;

import dev.datapath.operator.model.ObjectRef;
import io.fabric8.kubernetes.api.model.HasMetadata;

/**
 * An object in the form in which an API server would have stored it.
 *
 * @param object with its defaults; the same instance as long as its content does not change
 * @param source the text that it comes from
 */
public record Admitted<T extends HasMetadata>(T object, Source source) {

    /** Kind, namespace and name. */
    public ObjectRef ref() {
        return new ObjectRef(
                object.getKind(),
                object.getMetadata().getNamespace(),
                object.getMetadata().getName());
    }
}
