package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.Reason;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * An object with a value that this version does not know, so its meaning is unknown. A DataPath is not processed, and its gateways
 * keep their configuration. A StoragePool is not used, because the value may request verification. In policies and objectives only
 * the value is ignored, so a deny stays a deny.
 */
public final class UnreadObject {
    private static final String MARK = "datapath.dev/unread";

    private UnreadObject() {}

    /** Marks an object that was just read and is not shared between threads yet. */
    public static void mark(CustomResource<?, ?> object, String problem) {
        var annotations = new HashMap<>(
                Objects.requireNonNullElse(object.getMetadata().getAnnotations(), Map.<String, String>of()));
        annotations.put(MARK, problem);
        object.getMetadata().setAnnotations(annotations);
        if (object instanceof StoragePool) {
            object.setSpec(null);
        }
    }

    /** The finding on the unknown value; empty when there is none. */
    public static Optional<Finding> finding(HasMetadata object) {
        return Optional.ofNullable(object.getMetadata())
                .map(metadata -> metadata.getAnnotations())
                .map(annotations -> annotations.get(MARK))
                .map(problem -> new Finding(
                        Identity.ref(object),
                        Finding.Severity.ERROR,
                        Reason.Unsupported,
                        "",
                        "this version of the operator does not know a value: " + problem + ". "
                                + (object instanceof DataPath
                                        ? "Gateways keep their configuration"
                                        : object instanceof StoragePool
                                                ? "The pool is not used"
                                                : "The rest of the object applies")
                                + ". Write another value, or upgrade the operator"));
    }

    static void report(List<? extends HasMetadata> objects, Collection<Finding> findings) {
        objects.forEach(object -> finding(object).ifPresent(findings::add));
    }
}
