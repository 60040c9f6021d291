package dev.datapath.operator.model;

import dev.datapath.operator.text.VisibleText;

/**
 * Something about an object that its owner should know.
 *
 * @param object the object to change
 * @param severity whether something that was asked for is not done
 * @param reason what kind of thing it is; says which condition it belongs to
 * @param field path of the field, such as {@code spec.rules[0].pools[1].name}; empty for the whole object
 * @param message what is wrong and what to write instead; names values, not secrets; at most {@link #MOST_CHARACTERS} long
 */
public record Finding(ObjectRef object, Severity severity, Reason reason, String field, String message)
        implements Comparable<Finding> {
    /** Bound of the field and of the message, in UTF-16 code units. A longer one loses its middle, which most often quotes a value. */
    public static final int MOST_CHARACTERS = 512;

    public Finding {
        field = VisibleText.withoutMiddle(field, MOST_CHARACTERS);
        message = VisibleText.withoutMiddle(message, MOST_CHARACTERS);
    }

    /** How bad it is. */
    public enum Severity {
        /** What was asked for is not done. */
        ERROR,
        /** It is done, but probably not what was meant, or not for long. */
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

    /** {@code Kind namespace/name: field: message}, in one line and without control characters. */
    @Override
    public String toString() {
        return VisibleText.of(object + ": " + (field.isEmpty() ? "" : field + ": ") + message);
    }
}
