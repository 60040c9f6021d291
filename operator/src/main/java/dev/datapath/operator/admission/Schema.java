package dev.datapath.operator.admission;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A node of a structural schema, as in the {@code openAPIV3Schema} of a CRD.
 *
 * @param type the type that a value must have
 * @param nullable whether null is a value; otherwise a null field counts as absent
 * @param intOrString {@code x-kubernetes-int-or-string}
 * @param preserveUnknown {@code x-kubernetes-preserve-unknown-fields}: unknown fields are kept and are no error
 * @param summary first sentence of the description; empty when there is none
 * @param defaultValue the default, or null when there is none
 * @param limits bounds on the value itself
 * @param properties the known fields of an object
 * @param additional the schema of all other fields of an object (a map), or null
 * @param items the schema of a list's items, or null
 * @param required fields that must be present
 * @param listType how items of a list are identified
 * @param listMapKeys the fields that identify an item of a {@link ListType#MAP}
 * @param branches {@code allOf}, {@code anyOf}, {@code oneOf} and {@code not}
 * @param rules {@code x-kubernetes-validations} of this node
 * @param hasTransitionRules whether a rule of this node or below it uses the old value
 */
record Schema(
        ValueType type,
        boolean nullable,
        boolean intOrString,
        boolean preserveUnknown,
        String summary,
        @Nullable Object defaultValue,
        Limits limits,
        Map<String, Schema> properties,
        @Nullable Schema additional,
        @Nullable Schema items,
        Set<String> required,
        ListType listType,
        List<String> listMapKeys,
        Branches branches,
        List<CelRule> rules,
        boolean hasTransitionRules) {

    enum ValueType {
        OBJECT("an object"),
        ARRAY("a list"),
        STRING("text"),
        INTEGER("a whole number"),
        NUMBER("a number"),
        BOOLEAN("true or false"),
        ANY("any value");

        final String shown;

        ValueType(String shown) {
            this.shown = shown;
        }
    }

    enum ListType {
        ATOMIC,
        SET,
        MAP
    }

    /** Bounds on one value. Each is null (or empty) when not set. Patterns are RE2 and may match anywhere, as in Kubernetes. */
    record Limits(
            @Nullable Number minimum,
            @Nullable Number maximum,
            boolean exclusiveMinimum,
            boolean exclusiveMaximum,
            @Nullable Number multipleOf,
            @Nullable Long minLength,
            @Nullable Long maxLength,
            @Nullable Pattern pattern,
            @Nullable Long minItems,
            @Nullable Long maxItems,
            @Nullable Long minProperties,
            @Nullable Long maxProperties,
            List<Object> enumeration,
            @Nullable String format) {}

    /** Schemas that only add value checks. Structural schemas allow no types or defaults in them. */
    record Branches(
            List<Schema> allOf,
            List<Schema> anyOf,
            List<Schema> oneOf,
            @Nullable Schema not) {
        boolean isEmpty() {
            return allOf.isEmpty() && anyOf.isEmpty() && oneOf.isEmpty() && not == null;
        }
    }

    /** The schema of a field of an object: the declared one, otherwise {@code additional}; null for an unknown field. */
    @Nullable
    Schema field(String name) {
        Schema declared = properties.get(name);
        return declared != null ? declared : additional;
    }
}
