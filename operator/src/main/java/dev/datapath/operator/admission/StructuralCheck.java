package dev.datapath.operator.admission;

import dev.datapath.operator.admission.Schema.ListType;
import dev.datapath.operator.admission.Schema.ValueType;
import dev.datapath.operator.admission.Violation.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks a defaulted object against its structural schema: types, required fields, bounds, and the uniqueness of list items. */
final class StructuralCheck {
    private final Report report;
    private final ValueCheck values;

    StructuralCheck(Report report) {
        this.report = report;
        this.values = new ValueCheck(report);
    }

    void check(@Nullable Object value, Schema schema, FieldPath path) {
        if (value == null) {
            if (!schema.nullable() && schema.type() != ValueType.ANY) {
                report.add(path, Type.WRONG_TYPE, "is null; write " + schema.type().shown + expected(schema));
            }
            return;
        }
        if (!hasType(value, schema)) {
            report.add(path, Type.WRONG_TYPE, wrongType(value, schema));
            return;
        }
        values.check(value, schema, path);
        checkBranches(value, schema, path);
        switch (value) {
            case Map<?, ?> untyped -> {
                Map<String, Object> fields = SchemaReader.map(untyped);
                schema.required().stream()
                        .filter(name -> !fields.containsKey(name))
                        .sorted()
                        .forEach(name -> report.add(path.field(name), Type.REQUIRED, missing(name, schema)));
                fields.forEach((name, field) -> {
                    Schema known = schema.field(name);
                    if (known != null) {
                        check(field, known, path.field(name));
                    }
                });
            }
            case List<?> items -> {
                if (schema.items() != null) {
                    for (int i = 0; i < items.size(); i++) {
                        check(items.get(i), schema.items(), path.item(i));
                    }
                }
                checkUnique(items, schema, path);
            }
            default -> {}
        }
    }

    private static boolean hasType(Object value, Schema schema) {
        if (schema.intOrString()) {
            return value instanceof String || value instanceof Long;
        }
        return switch (schema.type()) {
            case OBJECT -> value instanceof Map;
            case ARRAY -> value instanceof List;
            case STRING -> value instanceof String;
            case INTEGER -> value instanceof Long || (value instanceof Double number && number == Math.rint(number));
            case NUMBER -> value instanceof Number;
            case BOOLEAN -> value instanceof Boolean;
            case ANY -> true;
        };
    }

    private String wrongType(Object value, Schema schema) {
        String wanted = schema.intOrString() ? "a whole number or text" : schema.type().shown;
        String found = switch (value) {
            case Map<?, ?> map -> "an object";
            case List<?> list -> "a list";
            case String text -> report.isSecret() ? "text" : "the text " + report.show(text);
            case Boolean flag -> "the boolean " + report.show(flag);
            default -> report.isSecret() ? "a number" : "the number " + report.show(value);
        };
        String remedy = switch (value) {
            case String text
            when schema.type() == ValueType.INTEGER && text.matches("-?\\d{1,18}") -> "remove the quotes";
            case String text
            when schema.type() == ValueType.BOOLEAN && text.matches("true|false") -> "remove the quotes";
            case Boolean flag
            when schema.type() == ValueType.STRING -> "put it in quotes (YAML reads yes, no, on and off as booleans)";
            case Number number
            when schema.type() == ValueType.STRING ->
                report.isSecret() ? "put it in quotes" : "put it in quotes: \"" + number + '"';
            case Object single when schema.type() == ValueType.ARRAY -> "start each item with a dash";
            default -> "write " + wanted + expected(schema);
        };
        return "must be " + wanted + " but is " + found + "; " + remedy;
    }

    private static String missing(String name, Schema parent) {
        Schema field = parent.field(name);
        return field == null
                ? "is missing; add it"
                : "is missing; add \"" + name + ":\" with " + field.type().shown + expected(field);
    }

    private static String expected(Schema schema) {
        return schema.summary().isEmpty() ? "" : " (" + schema.summary() + ")";
    }

    private void checkUnique(List<?> items, Schema schema, FieldPath path) {
        if (schema.listType() == ListType.ATOMIC) {
            return;
        }
        Map<Object, Integer> seen = new HashMap<>();
        for (int i = 0; i < items.size(); i++) {
            Object identity = identity(items.get(i), schema);
            Integer first = identity == null ? null : seen.putIfAbsent(identity, i);
            if (first == null) {
                continue;
            }
            if (schema.listType() == ListType.SET) {
                report.add(
                        path.item(i),
                        Type.DUPLICATE,
                        report.show(items.get(i)) + " is already at " + path.item(first) + "; remove one of them");
            } else {
                report.add(path.item(i), Type.DUPLICATE, duplicate(items.get(i), schema, path.item(first)));
            }
        }
    }

    private String duplicate(@Nullable Object item, Schema schema, FieldPath first) {
        String key = schema.listMapKeys().stream()
                .map(name -> name + " " + report.show(SchemaReader.map(item).get(name)))
                .collect(Collectors.joining(" and "));
        return "has the same " + key + " as " + first + "; give each item its own "
                + String.join(" and ", schema.listMapKeys());
    }

    /** The key of an item of a set or map list; null when the item has none because it is malformed. */
    static @Nullable Object identity(@Nullable Object item, Schema schema) {
        if (schema.listType() == ListType.SET) {
            return item;
        }
        if (!(item instanceof Map<?, ?> fields)) {
            return null;
        }
        List<Object> key = new ArrayList<>();
        for (String name : schema.listMapKeys()) {
            key.add(Objects.requireNonNullElse(fields.get(name), ""));
        }
        return key;
    }

    private void checkBranches(Object value, Schema schema, FieldPath path) {
        if (schema.branches().isEmpty()) {
            return;
        }
        schema.branches().allOf().forEach(branch -> check(value, branch, path));
        checkAlternatives(value, schema, path);
        Schema not = schema.branches().not();
        if (not != null && matches(value, not)) {
            report.add(path, Type.INVALID, report.show(value) + " is not allowed here" + expected(schema));
        }
    }

    private void checkAlternatives(Object value, Schema schema, FieldPath path) {
        List<Schema> any = schema.branches().anyOf();
        if (!any.isEmpty() && any.stream().noneMatch(branch -> matches(value, branch))) {
            report.add(
                    path, Type.INVALID, report.show(value) + " matches none of the allowed forms" + expected(schema));
        }
        List<Schema> one = schema.branches().oneOf();
        long fitting = one.stream().filter(branch -> matches(value, branch)).count();
        if (!one.isEmpty() && fitting != 1) {
            report.add(
                    path,
                    Type.INVALID,
                    report.show(value) + " matches " + fitting + " of the allowed forms; it must match exactly one"
                            + expected(schema));
        }
    }

    private static boolean matches(Object value, Schema schema) {
        Report trial = new Report(true);
        new StructuralCheck(trial).check(value, schema, FieldPath.ROOT);
        return trial.violations().isEmpty();
    }
}
