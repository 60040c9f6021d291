package dev.datapath.operator.admission;

import dev.datapath.operator.admission.Violation.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Converts an object to the form that an API server stores: unknown fields are reported and dropped (strict field validation), null
 * fields that are not nullable count as absent, and absent fields of present objects get their defaults. The order and the corner
 * cases are those of {@code pruning} and {@code defaulting} in apiextensions-apiserver.
 */
final class Defaulting {
    private final Report report;

    Defaulting(Report report) {
        this.report = report;
    }

    /** Changes the object in place. */
    void apply(Map<String, Object> object, Schema schema) {
        prune(object, schema, FieldPath.ROOT);
        fill(object, schema);
    }

    private void prune(@Nullable Object value, Schema schema, FieldPath path) {
        switch (value) {
            case Map<?, ?> untyped -> {
                Map<String, Object> fields = SchemaReader.map(untyped);
                for (String name : List.copyOf(fields.keySet())) {
                    Object field = fields.get(name);
                    Schema known = schema.field(name);
                    if (known != null) {
                        if (field == null && !known.nullable()) {
                            fields.remove(name);
                        } else {
                            prune(field, known, path.field(name));
                        }
                    } else if (isStructured(schema)) {
                        report.add(path.field(name), Type.UNKNOWN_FIELD, unknown(name, schema, fields.keySet()));
                        fields.remove(name);
                    }
                }
            }
            case List<?> items
            when schema.items() != null -> {
                for (int i = 0; i < items.size(); i++) {
                    prune(items.get(i), schema.items(), path.item(i));
                }
            }
            case null, default -> {}
        }
    }

    private static boolean isStructured(Schema schema) {
        return !schema.preserveUnknown() && schema.type() == Schema.ValueType.OBJECT;
    }

    private static String unknown(String name, Schema schema, Set<String> present) {
        Set<String> known = schema.properties().keySet();
        Optional<String> meant = Spelling.closest(name, known);
        if (meant.isPresent()) {
            return "unknown field; did you mean " + meant.get()
                    + (present.contains(meant.get()) ? ", which is written too? Keep one of them" : "?");
        }
        List<String> others = known.stream()
                .filter(field -> !present.contains(field) && !field.equals("status"))
                .sorted()
                .toList();
        return others.isEmpty()
                ? "unknown field; remove it"
                : "unknown field; remove it, or write one of " + String.join(", ", others);
    }

    private void fill(@Nullable Object value, Schema schema) {
        switch (value) {
            case Map<?, ?> untyped -> {
                Map<String, Object> fields = SchemaReader.map(untyped);
                schema.properties().forEach((name, property) -> {
                    if (property.defaultValue() != null && !fields.containsKey(name)) {
                        fields.put(name, copy(property.defaultValue()));
                    }
                });
                fields.forEach((name, field) -> {
                    Schema known = schema.field(name);
                    if (known != null) {
                        fill(field, known);
                    }
                });
            }
            case List<?> items when schema.items() != null -> items.forEach(item -> fill(item, schema.items()));
            case null, default -> {}
        }
    }

    private static Object copy(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<Object, Object> copy = new LinkedHashMap<>();
                map.forEach((name, field) -> copy.put(name, copy(field)));
                yield copy;
            }
            case List<?> list -> {
                List<Object> copy = new ArrayList<>();
                list.forEach(item -> copy.add(copy(item)));
                yield copy;
            }
            default -> value;
        };
    }
}
