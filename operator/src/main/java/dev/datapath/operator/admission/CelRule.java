package dev.datapath.operator.admission;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code x-kubernetes-validations}.
 *
 * @param rule CEL expression that must be true; {@code self} is the value of the schema node
 * @param message the message when the rule is false; null when there is none
 * @param messageExpression CEL expression for the message; wins over {@code message} when it yields one line of text
 * @param fieldPath the field that the violation is reported on, relative to the node, as a JSON path without filters
 *     ({@code .tls.mode})
 * @param optionalOldSelf whether {@code oldSelf} is an optional value; the rule is then evaluated on creation too
 */
record CelRule(
        String rule,
        @Nullable String message,
        @Nullable String messageExpression,
        @Nullable String fieldPath,
        boolean optionalOldSelf) {
    private static final Pattern OLD_SELF = Pattern.compile("\\boldSelf\\b");

    /** Whether this is a transition rule: one that compares with the last admitted version. It is not evaluated on creation. */
    boolean mentionsOldSelf() {
        return OLD_SELF.matcher(rule).find();
    }
}
