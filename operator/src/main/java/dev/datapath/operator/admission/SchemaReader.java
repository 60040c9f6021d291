package dev.datapath.operator.admission;

import com.google.re2j.Pattern;
import dev.datapath.operator.admission.Schema.Branches;
import dev.datapath.operator.admission.Schema.Limits;
import dev.datapath.operator.admission.Schema.ListType;
import dev.datapath.operator.admission.Schema.ValueType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Turns the {@code openAPIV3Schema} of a CRD, parsed from YAML, into a {@link Schema}. */
final class SchemaReader {
    private SchemaReader() {}

    static Schema read(Map<String, Object> node) {
        Map<String, Schema> properties = new LinkedHashMap<>();
        map(node.get("properties")).forEach((name, child) -> properties.put(name, read(map(child))));
        Object additional = node.get("additionalProperties");
        Schema others = additional instanceof Map<?, ?> ? read(map(additional)) : null;
        Schema items = node.get("items") instanceof Map<?, ?> ? read(describedItems(node)) : null;
        List<CelRule> rules = rules(node);
        boolean hasTransitionRules = rules.stream().anyMatch(CelRule::mentionsOldSelf)
                || Stream.concat(properties.values().stream(), Stream.of(others, items))
                        .anyMatch(child -> child != null && child.hasTransitionRules());
        return new Schema(
                type(node),
                isTrue(node, "nullable"),
                isTrue(node, "x-kubernetes-int-or-string"),
                isTrue(node, "x-kubernetes-preserve-unknown-fields") || Boolean.TRUE.equals(additional),
                firstSentence(node.get("description")),
                unstructured(node.get("default")),
                limits(node),
                properties,
                others,
                items,
                Set.copyOf(strings(node.get("required"))),
                listType(node),
                strings(node.get("x-kubernetes-list-map-keys")),
                branches(node),
                rules,
                hasTransitionRules);
    }

    /** Items without a description inherit the description of their list. */
    private static Map<String, Object> describedItems(Map<String, Object> list) {
        Map<String, Object> items = new LinkedHashMap<>(map(list.get("items")));
        Object description = list.get("description");
        if (description != null) {
            items.putIfAbsent("description", description);
        }
        return items;
    }

    private static ValueType type(Map<String, Object> node) {
        return node.get("type") instanceof String name
                ? ValueType.valueOf(name.toUpperCase(Locale.ROOT))
                : ValueType.ANY;
    }

    private static Limits limits(Map<String, Object> node) {
        return new Limits(
                number(node, "minimum"),
                number(node, "maximum"),
                isTrue(node, "exclusiveMinimum"),
                isTrue(node, "exclusiveMaximum"),
                number(node, "multipleOf"),
                whole(node, "minLength"),
                whole(node, "maxLength"),
                node.get("pattern") instanceof String pattern ? Pattern.compile(pattern) : null,
                whole(node, "minItems"),
                whole(node, "maxItems"),
                whole(node, "minProperties"),
                whole(node, "maxProperties"),
                node.get("enum") instanceof List<?> values
                        ? values.stream().map(SchemaReader::unstructured).toList()
                        : List.of(),
                node.get("format") instanceof String format ? format : null);
    }

    /** Normalizes the numbers of a parsed YAML value: every integer is a Long, every other number a Double. */
    static @Nullable Object unstructured(@Nullable Object value) {
        return switch (value) {
            case Integer number -> number.longValue();
            case Float number -> number.doubleValue();
            case Map<?, ?> fields -> {
                Map<String, Object> copy = new LinkedHashMap<>();
                map(fields).forEach((name, field) -> copy.put(name, unstructured(field)));
                yield copy;
            }
            case List<?> items -> {
                List<Object> copy = new ArrayList<>();
                items.forEach(item -> copy.add(unstructured(item)));
                yield copy;
            }
            case null, default -> value;
        };
    }

    private static ListType listType(Map<String, Object> node) {
        return switch (text(node, "x-kubernetes-list-type")) {
            case "map" -> ListType.MAP;
            case "set" -> ListType.SET;
            case null, default -> ListType.ATOMIC;
        };
    }

    private static Branches branches(Map<String, Object> node) {
        return new Branches(
                schemas(node.get("allOf")),
                schemas(node.get("anyOf")),
                schemas(node.get("oneOf")),
                node.get("not") instanceof Map<?, ?> not ? read(map(not)) : null);
    }

    private static List<Schema> schemas(@Nullable Object nodes) {
        return nodes instanceof List<?> list
                ? list.stream().map(node -> read(map(node))).toList()
                : List.of();
    }

    private static List<CelRule> rules(Map<String, Object> node) {
        if (!(node.get("x-kubernetes-validations") instanceof List<?> list)) {
            return List.of();
        }
        return list.stream()
                .map(entry -> {
                    Map<String, Object> rule = map(entry);
                    return new CelRule(
                            String.valueOf(rule.get("rule")),
                            text(rule, "message"),
                            text(rule, "messageExpression"),
                            text(rule, "fieldPath"),
                            isTrue(rule, "optionalOldSelf"));
                })
                .toList();
    }

    private static String firstSentence(@Nullable Object description) {
        if (!(description instanceof String text)) {
            return "";
        }
        String line = text.strip().replaceAll("\\s+", " ");
        int end = line.indexOf(". ");
        String sentence = end < 0 ? line : line.substring(0, end);
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }

    @SuppressWarnings("unchecked") // YAML mappings of CRDs have text keys.
    static Map<String, Object> map(@Nullable Object node) {
        return node instanceof Map<?, ?> ? (Map<String, Object>) node : Map.of();
    }

    private static List<String> strings(@Nullable Object node) {
        return node instanceof List<?> list ? list.stream().map(String::valueOf).toList() : List.of();
    }

    private static boolean isTrue(Map<String, Object> node, String name) {
        return Boolean.TRUE.equals(node.get(name));
    }

    private static @Nullable Number number(Map<String, Object> node, String name) {
        return node.get(name) instanceof Number number ? number : null;
    }

    private static @Nullable Long whole(Map<String, Object> node, String name) {
        return node.get(name) instanceof Number number ? (Long) number.longValue() : null;
    }

    private static @Nullable String text(Map<String, Object> node, String name) {
        return node.get(name) instanceof String text ? text : null;
    }
}
