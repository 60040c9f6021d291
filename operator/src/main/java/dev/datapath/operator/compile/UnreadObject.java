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
 * An object that holds a value which this version does not know, so that its meaning is not known either. A DataPath is not
 * processed, and its gateways keep what they run; a StoragePool is not used, because it could be meant to be verified; in policies
 * and objectives the value alone is left out: a deny stays one.
 */
public final class UnreadObject {
    private static final String MARK = "datapath.dev/unread";

    private UnreadObject() {}

    /** Marks an object that was just read and is not shared yet. */
    public static void mark(CustomResource<?, ?> object, String problem) {
        var annotations = new HashMap<>(
                Objects.requireNonNullElse(object.getMetadata().getAnnotations(), Map.<String, String>of()));
        annotations.put(MARK, problem);
        object.getMetadata().setAnnotations(annotations);
        if (object instanceof StoragePool) {
            object.setSpec(null);
        }
    }

    /** What is not known; empty when all is. */
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
                                        ? "Gateways keep what they run"
                                        : object instanceof StoragePool
                                                ? "The pool is not used"
                                                : "The rest of it applies")
                                + ". Write another value, or upgrade the operator"));
    }

    static void report(List<? extends HasMetadata> objects, Collection<Finding> findings) {
        objects.forEach(object -> finding(object).ifPresent(findings::add));
    }
}
