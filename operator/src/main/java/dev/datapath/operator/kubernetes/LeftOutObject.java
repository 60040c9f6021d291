package dev.datapath.operator.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.Map;
import java.util.Optional;

/**
 * An object of our own kinds whose spec the operator does not hold, for want of memory. What it says is not known, so the DataPaths of
 * its namespace keep what they run.
 */
public final class LeftOutObject {
    private static final String MARK = "datapath.dev/left-out";

    private LeftOutObject() {}

    /** Takes the spec of an object that was just read and is not shared yet. */
    static void mark(CustomResource<?, ?> object, String problem) {
        object.setSpec(null);
        object.getMetadata().setAnnotations(Map.of(MARK, problem));
    }

    /** Why its spec is not held; empty when it is. Users' annotations are not held, so the mark is never one of theirs. */
    public static Optional<String> problem(HasMetadata object) {
        var annotations = object.getMetadata().getAnnotations();
        return annotations == null ? Optional.empty() : Optional.ofNullable(annotations.get(MARK));
    }
}
