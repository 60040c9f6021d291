package dev.datapath.operator.model;

import dev.datapath.operator.text.VisibleText;

/**
 * An error or warning about an object, for its owner.
 *
 * @param object the object to change
 * @param severity whether a part of the declaration is not in effect
 * @param reason the category; determines the condition
 * @param field path of the field, such as {@code spec.rules[0].pools[1].name}; empty for the whole object
 * @param message the problem and what to write instead; names values, but no secrets; at most {@link #MAX_CHARACTERS} long
 */
public record Finding(ObjectRef object, Severity severity, Reason reason, String field, String message)
        implements Comparable<Finding> {
    /** Bound of the field and of the message, in UTF-16 code units. A longer one loses its middle, which most often quotes a value. */
    public static final int MAX_CHARACTERS = 512;

    public Finding {
        field = VisibleText.withoutMiddle(field, MAX_CHARACTERS);
        message = VisibleText.withoutMiddle(message, MAX_CHARACTERS);
    }

    /** The severity of a finding. */
    public enum Severity {
        /** A part of the declaration is not in effect. */
        ERROR,
        /** The declaration is in effect, but probably not as intended, or only for a limited time. */
        WARNING
    }

    @Override
    public int compareTo(Finding other) {
        int byObject = object.compareTo(other.object);
        if (byObject != 0) {
            return byObject;
        }
        int byField = field.compareTo(other.field);
        return byField != 0 ? byField : (reason + message).compareTo(other.reason + other.message);
    }

    /** {@code Kind namespace/name: field: message} in one line, without control characters. */
    @Override
    public String toString() {
        return VisibleText.of(object + ": " + (field.isEmpty() ? "" : field + ": ") + message);
    }
}
