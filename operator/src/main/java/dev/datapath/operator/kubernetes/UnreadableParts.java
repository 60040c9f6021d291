package dev.datapath.operator.kubernetes;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The tree of an object of the four kinds, and the parts that were removed to make it readable. A list with one
 * unreadable entry is removed as a whole, because a deny must not lose an alternative. A forwarding rule is removed
 * with any of its parts, because without a condition it would match more requests than declared. A deny rule stays and
 * denies more. An enumeration value is removed alone, because no condition is an enumeration.
 */
final class UnreadableParts {
    /**
     * Maximum number of removed parts. After that, the rule with the next unreadable part is removed except for its
     * deny, and otherwise all of spec.
     */
    private static final int MOST = 64;

    private static final String RULES = "rules";
    private static final String DENY = "deny";

    private final JsonNode object;
    private final List<String> removed = new ArrayList<>();

    UnreadableParts(JsonNode object) {
        this.object = object;
    }

    /** The remaining tree. */
    JsonNode rest() {
        return object;
    }

    /** The parts removed from spec, each with its path and the error. */
    List<String> removed() {
        return removed;
    }

    /**
     * Removes the part that caused a failure.
     *
     * @return false when it cannot be removed, because it is neither in spec nor in status
     */
    boolean remove(JsonMappingException failure) {
        var path = failure.getPath().stream().map(UnreadableParts::step).toList();
        var top = path.isEmpty() ? "" : path.getFirst().name();
        if (!(object instanceof ObjectNode fields) || !fields.has(top)) {
            return false;
        }
        switch (top) {
            // The operator writes the status again.
            case "status" -> fields.remove(top);
            case "spec" -> {
                removed.add(text(path) + ": " + problem(failure));
                boolean tooMany = removed.size() > MOST;
                if (tooMany ? !removeRule(path) : !removeOfSpec(path, isEnumeration(failure))) {
                    fields.remove(top);
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private record Step(String name, int index) {}

    private static Step step(JsonMappingException.Reference reference) {
        return new Step(reference.getFieldName() == null ? "" : reference.getFieldName(), reference.getIndex());
    }

    private boolean removeOfSpec(List<Step> path, boolean enumeration) {
        var rule = ruleOf(path);
        if (rule != null && !rule.hasNonNull(DENY) && !enumeration) {
            return removeRule(path);
        }
        if (rule != null && path.size() == 4 && path.get(3).name().equals(DENY)) {
            // The way of the denial is unknown; the rule still denies.
            ((ObjectNode) rule).putObject(DENY);
            return true;
        }
        int last = path.size() - 1;
        while (last > 0 && path.get(last).name().isEmpty()) {
            last--;
        }
        JsonNode parent = object;
        for (var step : path.subList(0, last)) {
            parent = step.name().isEmpty() ? parent.path(step.index()) : parent.path(step.name());
        }
        return last > 0
                && parent instanceof ObjectNode fields
                && fields.remove(path.get(last).name()) != null;
    }

    /**
     * Removes everything of a rule except that it denies. Other rules keep their index, by which findings name them.
     */
    private boolean removeRule(List<Step> path) {
        var rule = ruleOf(path);
        if (rule == null) {
            return false;
        }
        var rest = JsonNodeFactory.instance.objectNode();
        if (rule.hasNonNull(DENY)) {
            rest.putObject(DENY);
        }
        ((ArrayNode) object.path("spec").path(RULES)).set(path.get(2).index(), rest);
        return true;
    }

    /** The rule of a policy that contains the path; null for other paths. */
    private @Nullable JsonNode ruleOf(List<Step> path) {
        return path.size() > 2
                        && path.get(1).name().equals(RULES)
                        && path.get(2).name().isEmpty()
                        && object.path("spec").path(RULES).isArray()
                ? object.path("spec").path(RULES).path(path.get(2).index())
                : null;
    }

    /** Whether the failure is about a value of an enumeration; no condition of a match is one. */
    private static boolean isEnumeration(JsonMappingException failure) {
        return failure instanceof InvalidFormatException format
                && format.getTargetType() != null
                && format.getTargetType().isEnum();
    }

    private static String problem(JsonMappingException failure) {
        if (failure instanceof InvalidFormatException format && isEnumeration(failure)) {
            return "\"" + format.getValue() + "\" is not one of "
                    + Arrays.stream(format.getTargetType().getEnumConstants())
                            .map(String::valueOf)
                            .collect(Collectors.joining(", "));
        }
        return failure instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null
                ? "the value is not a " + mismatch.getTargetType().getSimpleName()
                : failure.getOriginalMessage();
    }

    private static String text(List<Step> path) {
        return path.stream()
                .map(step -> step.name().isEmpty() ? String.valueOf(step.index()) : step.name())
                .collect(Collectors.joining("."));
    }
}
