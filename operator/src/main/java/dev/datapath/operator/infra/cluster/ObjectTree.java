package dev.datapath.operator.infra.cluster;

import dev.datapath.operator.text.Sha256;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An object as JSON with sorted keys.
 *
 * @param root maps sorted by key, lists, and values
 */
record ObjectTree(Map<String, Object> root) {

    static ObjectTree of(HasMetadata object, KubernetesSerialization serialization) {
        var root = new TreeMap<String, Object>();
        serialization
                .convertValue(object, Map.class)
                .forEach((key, value) -> root.put(String.valueOf(key), sorted(value)));
        return new ObjectTree(root);
    }

    private static Object sorted(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                var sorted = new TreeMap<String, Object>();
                map.forEach((key, item) -> {
                    if (item != null) {
                        sorted.put(String.valueOf(key), sorted(item));
                    }
                });
                yield sorted;
            }
            case List<?> items -> items.stream().map(ObjectTree::sorted).toList();
            default -> value;
        };
    }

    /** Equal for equal objects, independent of the order of their fields. */
    String digest(KubernetesSerialization serialization) {
        return Sha256.hex(serialization.asJson(root), 8);
    }
}
