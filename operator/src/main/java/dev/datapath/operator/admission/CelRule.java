package dev.datapath.operator.admission;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code x-kubernetes-validations}.
 *
 * @param rule CEL expression that must be true; {@code self} is the value of the schema node
 * @param message what to tell when it is not
 * @param messageExpression CEL expression for the message; wins over {@code message} when it yields one line of text
 * @param fieldPath the field to blame, relative to the node, as a JSON path without filters ({@code .tls.mode})
 * @param optionalOldSelf whether {@code oldSelf} is an optional value, so that the rule is evaluated on creation too
 */
record CelRule(
        String rule,
        @Nullable String message,
        @Nullable String messageExpression,
        @Nullable String fieldPath,
        boolean optionalOldSelf) {
    private static final Pattern OLD_SELF = Pattern.compile("\\boldSelf\\b");

    /** A transition rule compares with the last admitted version and is not evaluated when an object is created. */
    boolean mentionsOldSelf() {
        return OLD_SELF.matcher(rule).find();
    }
}
