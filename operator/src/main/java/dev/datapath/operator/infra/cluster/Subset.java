package dev.datapath.operator.infra.cluster;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks that an object contains all that is desired. As in server-side apply, others may add fields, and elements of
 * lists whose elements have keys. All other lists have one owner, and must equal the desired list element by element.
 */
final class Subset {
    private static final List<String> NAME = List.of("name");
    /** Lists with keys, as the types of Kubernetes declare them ({@code x-kubernetes-list-map-keys}), by path. */
    private static final Map<String, List<String>> KEYS = Map.of(
            ".metadata.ownerReferences", List.of("uid"),
            // Of a Service; no other applied object has a list at this path.
            ".spec.ports", List.of("port", "protocol"),
            ".spec.template.spec.containers", NAME,
            ".spec.template.spec.containers.env", NAME,
            ".spec.template.spec.containers.ports", List.of("containerPort", "protocol"),
            ".spec.template.spec.containers.volumeMounts", List.of("mountPath"),
            ".spec.template.spec.imagePullSecrets", NAME,
            ".spec.template.spec.topologySpreadConstraints", List.of("topologyKey", "whenUnsatisfiable"),
            ".spec.template.spec.volumes", NAME);
    /** Fields, or parents of fields, with quantities: the API server writes 1000m as 1. */
    private static final Set<String> QUANTITIES = Set.of("requests", "limits", "sizeLimit");

    private Subset() {}

    static boolean of(ObjectTree wanted, ObjectTree actual) {
        return contains(wanted.root(), actual.root(), "", false);
    }

    private static boolean contains(Object wanted, @Nullable Object actual, String path, boolean quantity) {
        return switch (wanted) {
            case Map<?, ?> fields ->
                actual == null
                        ? fields.isEmpty()
                        : actual instanceof Map<?, ?> found
                                && fields.entrySet().stream()
                                        .allMatch(field -> contains(
                                                field.getValue(),
                                                found.get(field.getKey()),
                                                path + "." + field.getKey(),
                                                quantity || QUANTITIES.contains(field.getKey())));
            case List<?> items ->
                actual == null
                        ? items.isEmpty()
                        : actual instanceof List<?> found
                                && (KEYS.containsKey(path)
                                        ? containsByKey(items, found, path)
                                        : containsInOrder(items, found, path));
            case Number number ->
                actual instanceof Number other
                        && new BigDecimal(number.toString()).compareTo(new BigDecimal(other.toString())) == 0;
            case String text when quantity && actual instanceof String other -> sameQuantity(text, other);
            default -> wanted.equals(actual);
        };
    }

    private static boolean containsInOrder(List<?> wanted, List<?> actual, String path) {
        if (wanted.size() != actual.size()) {
            return false;
        }
        for (int i = 0; i < wanted.size(); i++) {
            if (!contains(wanted.get(i), actual.get(i), path, false)) {
                return false;
            }
        }
        return true;
    }

    private static boolean containsByKey(List<?> wanted, List<?> actual, String path) {
        var keys = KEYS.getOrDefault(path, NAME);
        return wanted.stream()
                .allMatch(item -> actual.stream()
                        .anyMatch(other -> sameKeys(item, other, keys) && contains(item, other, path, false)));
    }

    private static boolean sameKeys(Object one, Object other, List<String> keys) {
        return one instanceof Map<?, ?> first
                && other instanceof Map<?, ?> second
                && keys.stream().allMatch(key -> Objects.equals(first.get(key), second.get(key)));
    }

    private static boolean sameQuantity(String one, String other) {
        if (one.equals(other)) {
            return true;
        }
        try {
            return new Quantity(one).getNumericalAmount().compareTo(new Quantity(other).getNumericalAmount()) == 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
