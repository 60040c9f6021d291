package dev.datapath.operator.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Server-side apply with force, as "Server-Side Apply" of the Kubernetes documentation has it: what a manager applied before and does
 * not apply now goes, all else stays. Elements of lists are told apart by the first of a few names of fields; other lists are replaced.
 */
final class FieldOwnership {
    private static final List<String> KEYS =
            List.of("uid", "type", "name", "ip", "containerPort", "port", "topologyKey");

    private final Map<String, ObjectNode> applied = new HashMap<>();

    /** What an object becomes; the argument stays as it is. */
    ObjectNode apply(String manager, ObjectNode object, ObjectNode configuration) {
        var result = object.deepCopy();
        var before = applied.put(manager, configuration.deepCopy());
        if (before != null) {
            remove(result, before, configuration);
        }
        merge(result, configuration);
        return result;
    }

    private static void remove(ObjectNode object, ObjectNode before, ObjectNode now) {
        before.fields().forEachRemaining(field -> {
            var name = field.getKey();
            var present = object.get(name);
            var wanted = now.get(name);
            if (present == null) {
                return;
            }
            if (wanted == null) {
                object.remove(name);
            } else if (present instanceof ObjectNode map
                    && wanted instanceof ObjectNode next
                    && field.getValue() instanceof ObjectNode last) {
                remove(map, last, next);
            } else if (present instanceof ArrayNode list
                    && wanted instanceof ArrayNode next
                    && field.getValue() instanceof ArrayNode last) {
                key(last).ifPresent(key -> remove(list, last, next, key));
            }
        });
    }

    private static void remove(ArrayNode list, ArrayNode before, ArrayNode now, String key) {
        for (int i = list.size() - 1; i >= 0; i--) {
            var element = list.get(i);
            var last = find(before, key, element.get(key));
            var next = find(now, key, element.get(key));
            if (last.isPresent() && next.isEmpty()) {
                list.remove(i);
            } else if (last.isPresent()
                    && element instanceof ObjectNode object
                    && last.get() instanceof ObjectNode past
                    && next.get() instanceof ObjectNode future) {
                remove(object, past, future);
            }
        }
    }

    private static void merge(ObjectNode object, ObjectNode wanted) {
        wanted.fields().forEachRemaining(field -> {
            var present = object.get(field.getKey());
            if (present instanceof ObjectNode map && field.getValue() instanceof ObjectNode next) {
                merge(map, next);
            } else if (present instanceof ArrayNode list
                    && field.getValue() instanceof ArrayNode next
                    && key(next).isPresent()) {
                merge(list, next, key(next).get());
            } else {
                object.set(field.getKey(), field.getValue().deepCopy());
            }
        });
    }

    private static void merge(ArrayNode list, ArrayNode wanted, String key) {
        for (var element : wanted) {
            var present = find(list, key, element.get(key));
            if (present.isPresent() && present.get() instanceof ObjectNode object) {
                merge(object, (ObjectNode) element);
            } else {
                list.add(element.deepCopy());
            }
        }
    }

    /** The field that tells the elements of a list apart; empty for a list that is replaced as a whole. */
    private static Optional<String> key(ArrayNode list) {
        return list.isEmpty()
                ? Optional.empty()
                : KEYS.stream()
                        .filter(key -> StreamSupport.stream(list.spliterator(), false)
                                .allMatch(element -> element.hasNonNull(key)))
                        .findFirst();
    }

    private static Optional<JsonNode> find(ArrayNode list, String key, JsonNode value) {
        return StreamSupport.stream(list.spliterator(), false)
                .filter(element -> value != null && value.equals(element.get(key)))
                .findFirst();
    }
}
