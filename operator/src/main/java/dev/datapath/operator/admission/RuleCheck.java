package dev.datapath.operator.admission;

import dev.datapath.operator.admission.CelEngine.CelFault;
import dev.datapath.operator.admission.Schema.ListType;
import dev.datapath.operator.admission.Violation.Type;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates the CEL rules of a structurally valid object, each on the value of its own schema node. Values equal to those of the
 * last admitted version are not evaluated again (as with Kubernetes' validation ratcheting), except by transition rules.
 */
final class RuleCheck {
    private final CelEngine engine;
    private final Report report;

    RuleCheck(CelEngine engine, Report report) {
        this.engine = engine;
        this.report = report;
    }

    /** @param old the value at this place in the last admitted version, or null when there was none */
    void check(@Nullable Object value, @Nullable Object old, Schema schema, FieldPath path) {
        if (value == null) {
            return;
        }
        boolean unchanged = value.equals(old);
        if (unchanged && !schema.hasTransitionRules()) {
            return;
        }
        checkRules(value, old, unchanged, schema, path);
        switch (value) {
            case Map<?, ?> untyped -> {
                Map<String, Object> before = SchemaReader.map(old);
                SchemaReader.map(untyped).forEach((name, field) -> {
                    Schema known = schema.field(name);
                    if (known != null) {
                        check(field, before.get(name), known, path.field(name));
                    }
                });
            }
            case List<?> items
            when schema.items() != null -> {
                Map<Object, Object> before = byIdentity(old, schema);
                for (int i = 0; i < items.size(); i++) {
                    Object identity =
                            schema.listType() == ListType.MAP ? StructuralCheck.identity(items.get(i), schema) : null;
                    check(items.get(i), identity == null ? null : before.get(identity), schema.items(), path.item(i));
                }
            }
            default -> {}
        }
    }

    /** Old items by key. Only items of map lists have a key that identifies them across versions. */
    private static Map<Object, Object> byIdentity(@Nullable Object old, Schema schema) {
        if (schema.listType() != ListType.MAP || !(old instanceof List<?> items)) {
            return Map.of();
        }
        Map<Object, Object> found = new HashMap<>();
        for (Object item : items) {
            Object identity = StructuralCheck.identity(item, schema);
            if (identity != null) {
                found.put(identity, item);
            }
        }
        return found;
    }

    private void checkRules(Object value, @Nullable Object old, boolean unchanged, Schema schema, FieldPath path) {
        List<CelRule> due = schema.rules().stream()
                .filter(rule -> rule.mentionsOldSelf() ? rule.optionalOldSelf() || old != null : !unchanged)
                .toList();
        if (due.isEmpty()) {
            return;
        }
        Map<String, Object> variables = new HashMap<>();
        variables.put("self", CelValues.of(value, schema));
        for (CelRule rule : due) {
            if (rule.optionalOldSelf()) {
                variables.put("oldSelf", Optional.ofNullable(old).map(before -> CelValues.of(before, schema)));
            } else if (old != null) {
                variables.put("oldSelf", CelValues.of(old, schema));
            }
            checkRule(rule, variables, path);
        }
    }

    private void checkRule(CelRule rule, Map<String, Object> variables, FieldPath path) {
        FieldPath blamed = rule.fieldPath() == null ? path : path.append(FieldPath.parse(rule.fieldPath()));
        try {
            if (!holds(rule, variables)) {
                report.add(blamed, Type.RULE, message(rule, variables));
            }
        } catch (CelFault fault) {
            if (!report.hasViolationIn(
                    path)) { // Otherwise the value is already reported, and the rule cannot evaluate it.
                report.add(
                        blamed,
                        Type.RULE,
                        "cannot be checked against the rule \"" + fixedMessage(rule) + "\": " + fault.getMessage());
            }
        }
    }

    private boolean holds(CelRule rule, Map<String, Object> variables) throws CelFault {
        return variables.get("self") instanceof String text && !rule.mentionsOldSelf()
                ? engine.holds(rule.rule(), text)
                : Boolean.TRUE.equals(engine.evaluate(rule.rule(), variables));
    }

    private String message(CelRule rule, Map<String, Object> variables) {
        if (rule.messageExpression() != null) {
            try {
                if (engine.evaluate(rule.messageExpression(), variables) instanceof String text
                        && !text.isBlank()
                        && text.indexOf('\n') < 0) {
                    return text.strip();
                }
            } catch (CelFault noMessage) {
                return fixedMessage(
                        rule); // As Kubernetes: a message that fails to evaluate falls back to the fixed one.
            }
        }
        return fixedMessage(rule);
    }

    private static String fixedMessage(CelRule rule) {
        return rule.message() != null ? rule.message() : "failed rule: " + rule.rule();
    }
}
