package dev.datapath.operator.admission;

import dev.datapath.operator.admission.Schema.Limits;
import dev.datapath.operator.admission.Schema.ValueType;
import dev.datapath.operator.admission.Violation.Type;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks one value of the right type against the bounds of its schema. */
final class ValueCheck {
    private final Report report;

    ValueCheck(Report report) {
        this.report = report;
    }

    void check(Object value, Schema schema, FieldPath path) {
        Limits limits = schema.limits();
        checkEnumeration(value, limits, path);
        switch (value) {
            case Number number -> checkNumber(number, schema, path);
            case String text -> checkText(text, schema, path);
            case List<?> items ->
                checkCount(items.size(), limits.minItems(), limits.maxItems(), "item", Type.TOO_MANY, path);
            case Map<?, ?> fields ->
                checkCount(fields.size(), limits.minProperties(), limits.maxProperties(), "entry", Type.TOO_MANY, path);
            default -> {}
        }
    }

    private void checkEnumeration(Object value, Limits limits, FieldPath path) {
        if (limits.enumeration().isEmpty() || limits.enumeration().contains(value)) {
            return;
        }
        List<String> allowed =
                limits.enumeration().stream().map(String::valueOf).toList();
        report.add(
                path,
                Type.NOT_SUPPORTED,
                report.show(value) + " is not supported; " + Spelling.remedy(value.toString(), allowed));
    }

    private void checkNumber(Number value, Schema schema, FieldPath path) {
        Limits limits = schema.limits();
        Number low = limits.minimum();
        Number high = limits.maximum();
        if (low != null && (limits.exclusiveMinimum() ? compare(value, low) <= 0 : compare(value, low) < 0)) {
            String fault = limits.exclusiveMinimum() ? " is not greater than " : " is less than ";
            report.add(path, Type.INVALID, report.show(value) + fault + low + "; write a number " + range(limits));
        } else if (high != null && (limits.exclusiveMaximum() ? compare(value, high) >= 0 : compare(value, high) > 0)) {
            String fault = limits.exclusiveMaximum() ? " is not less than " : " is greater than ";
            report.add(path, Type.INVALID, report.show(value) + fault + high + "; write a number " + range(limits));
        }
        Number step = limits.multipleOf();
        if (step != null && decimal(value).remainder(decimal(step)).signum() != 0) {
            report.add(path, Type.INVALID, report.show(value) + " is not a multiple of " + step + "; write one");
        }
        if ("int32".equals(limits.format()) && compare(value, value.intValue()) != 0) {
            report.add(path, Type.INVALID, report.show(value) + " does not fit into 32 bits; write a smaller number");
        } else if (schema.type() == ValueType.INTEGER && decimal(value).compareTo(decimal(value.longValue())) != 0) {
            report.add(path, Type.INVALID, report.show(value) + " does not fit into 64 bits; write a smaller number");
        }
    }

    private static String range(Limits limits) {
        String low = limits.minimum() + (limits.exclusiveMinimum() ? " (exclusive)" : "");
        String high = limits.maximum() + (limits.exclusiveMaximum() ? " (exclusive)" : "");
        if (limits.minimum() == null) {
            return "of at most " + high;
        }
        return limits.maximum() == null ? "of at least " + low : "between " + low + " and " + high;
    }

    private void checkText(String text, Schema schema, FieldPath path) {
        Limits limits = schema.limits();
        int length = text.codePointCount(0, text.length());
        checkCount(length, limits.minLength(), limits.maxLength(), "character", Type.TOO_LONG, path);
        if (limits.pattern() != null && !limits.pattern().matcher(text).find()) {
            report.add(
                    path,
                    Type.INVALID,
                    report.show(text) + mismatch(limits.pattern().pattern(), schema.summary()));
        }
        if (limits.format() != null) {
            Formats.fault(limits.format(), text)
                    .ifPresent(expected ->
                            report.add(path, Type.INVALID, report.show(text) + " is not valid; write " + expected));
        }
    }

    /** A short pattern helps the reader. A long one would hide the expected form, so it is omitted. */
    private static String mismatch(String pattern, String summary) {
        if (summary.isEmpty()) {
            return " does not match " + pattern + "; write text that does";
        }
        return (pattern.length() <= 40 ? " does not match " + pattern : " does not have the required form")
                + "; expected: " + summary;
    }

    private void checkCount(
            int count, @Nullable Long least, @Nullable Long most, String unit, Type tooMuch, FieldPath path) {
        if (least != null && count < least) {
            report.add(path, Type.INVALID, "has " + counted(count, unit) + "; write at least " + counted(least, unit));
        } else if (most != null && count > most) {
            report.add(path, tooMuch, "has " + counted(count, unit) + "; write at most " + counted(most, unit));
        }
    }

    private static String counted(long count, String unit) {
        String plural = unit.endsWith("y") ? unit.substring(0, unit.length() - 1) + "ies" : unit + "s";
        return (count == 0 ? "no" : String.valueOf(count)) + " " + (count == 1 ? unit : plural);
    }

    private static int compare(Number a, Number b) {
        return a instanceof Long left && b instanceof Long right
                ? Long.compare(left, right)
                : decimal(a).compareTo(decimal(b));
    }

    private static BigDecimal decimal(Number number) {
        return new BigDecimal(number.toString());
    }
}
