package dev.datapath.operator.admission;

import dev.datapath.operator.admission.Schema.ValueType;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Converts values to CEL values as Kubernetes does: typed by their schema, with field names escaped that are not CEL identifiers
 * (see "Escaping" in the reference of {@code ValidationRule} in apiextensions/v1).
 */
final class CelValues {
    private static final Set<String> RESERVED = Set.of(
            "true",
            "false",
            "null",
            "in",
            "as",
            "break",
            "const",
            "continue",
            "else",
            "for",
            "function",
            "if",
            "import",
            "let",
            "loop",
            "package",
            "namespace",
            "return",
            "var",
            "void",
            "while");

    private CelValues() {}

    static Object of(@Nullable Object value, @Nullable Schema schema) {
        return switch (value) {
            case null -> dev.cel.common.values.NullValue.NULL_VALUE;
            case Map<?, ?> untyped -> {
                Map<String, Object> fields = new LinkedHashMap<>();
                SchemaReader.map(untyped).forEach((name, field) -> {
                    boolean declared = schema != null && schema.properties().containsKey(name);
                    fields.put(declared ? escape(name) : name, of(field, schema == null ? null : schema.field(name)));
                });
                yield fields;
            }
            case List<?> list -> {
                List<Object> items = new ArrayList<>(list.size());
                list.forEach(item -> items.add(of(item, schema == null ? null : schema.items())));
                yield items;
            }
            case Double number when schema != null && schema.type() == ValueType.INTEGER -> number.longValue();
            case Long number when schema != null && schema.type() == ValueType.NUMBER -> number.doubleValue();
            case String text
            when schema != null && schema.limits().format() != null ->
                formatted(text, schema.limits().format());
            default -> value;
        };
    }

    /** Converts a string whose format has a CEL type. A malformed string stays a string. */
    private static Object formatted(String text, String format) {
        try {
            return switch (format) {
                case "date-time" -> OffsetDateTime.parse(text).toInstant();
                case "date" -> Instant.parse(text + "T00:00:00Z");
                case "duration" -> Duration.parse("PT" + text.strip());
                default -> text;
            };
        } catch (DateTimeException malformed) {
            return text;
        }
    }

    static String escape(String name) {
        if (RESERVED.contains(name)) {
            return "__" + name + "__";
        }
        return name.replace("__", "__underscores__")
                .replace(".", "__dot__")
                .replace("-", "__dash__")
                .replace("/", "__slash__");
    }
}
