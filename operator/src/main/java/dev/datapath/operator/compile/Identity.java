package dev.datapath.operator.compile;

import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.ObjectRef;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Identity and age of Kubernetes objects, also of objects that no API server has stored. */
public final class Identity {

    /** Older first, then by namespace and name. Objects without creation time count as the youngest. */
    static final Comparator<HasMetadata> OLDEST_FIRST = Comparator.<HasMetadata, Instant>comparing(Identity::created)
            .thenComparing(Identity::key)
            .thenComparing(String::valueOf);

    private Identity() {}

    /** Its namespace and name; empty where it has none. */
    public static ObjectKey key(HasMetadata object) {
        var metadata = object.getMetadata();
        return metadata == null
                ? new ObjectKey("", "")
                : new ObjectKey(text(metadata.getNamespace()), text(metadata.getName()));
    }

    /** Its kind, namespace and name. */
    public static ObjectRef ref(HasMetadata object) {
        var key = key(object);
        return new ObjectRef(text(object.getKind()), key.namespace(), key.name());
    }

    static Instant created(HasMetadata object) {
        var metadata = object.getMetadata();
        var timestamp = metadata == null ? null : metadata.getCreationTimestamp();
        try {
            return timestamp == null ? Instant.MAX : Instant.parse(timestamp);
        } catch (DateTimeParseException e) {
            return Instant.MAX;
        }
    }

    /** The objects by name; of two with the same name, the older one. An API server never has two. */
    static <T extends HasMetadata> Map<String, T> byName(Collection<T> objects) {
        var byName = new HashMap<String, T>();
        for (var object : sorted(objects)) {
            byName.putIfAbsent(key(object).name(), object);
        }
        byName.remove("");
        return byName;
    }

    static <T extends HasMetadata> List<T> sorted(Collection<T> objects) {
        return objects.stream().sorted(OLDEST_FIRST).toList();
    }

    static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
