package dev.datapath.operator.status;

/**
 * The content of a condition, before it is compared with the previous one.
 *
 * @param type name of the condition
 * @param status whether it holds
 * @param reason an enum constant's name
 * @param message the state, and the remedy
 */
record ConditionDraft(ConditionName type, ConditionStatus status, String reason, String message) {
    /** Longer messages are truncated, because a status is not a log. */
    static final int MAX_MESSAGE = 1024;

    ConditionDraft {
        if (message.length() > MAX_MESSAGE) {
            message = message.substring(0, MAX_MESSAGE - 3) + "...";
        }
    }

    static ConditionDraft of(ConditionName type, ConditionStatus status, Enum<?> reason, String message) {
        return new ConditionDraft(type, status, reason.name(), message);
    }

    /** The same condition with an additional sentence. */
    ConditionDraft and(String sentence) {
        return new ConditionDraft(type, status, reason, message + (message.endsWith(".") ? " " : ". ") + sentence);
    }

    ConditionDraft as(ConditionName other) {
        return new ConditionDraft(other, status, reason, message);
    }
}
