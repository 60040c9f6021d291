package dev.datapath.operator.admission;

import dev.datapath.operator.admission.Violation.Type;
import dev.datapath.operator.text.VisibleText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects the violations of one object: at most {@value #LIMIT}. Messages on a Secret do not contain its values. */
final class Report {
    static final int LIMIT = 100;
    private static final int SHOWN_LENGTH = 80;

    private final boolean secret;
    private final List<Violation> violations = new ArrayList<>();

    /** @param secret whether values must not appear in messages */
    Report(boolean secret) {
        this.secret = secret;
    }

    /** Whether values must not appear in messages. */
    boolean isSecret() {
        return secret;
    }

    void add(FieldPath path, Type type, String message) {
        if (violations.size() < LIMIT) {
            violations.add(new Violation(path, type, message));
        } else if (violations.size() == LIMIT) {
            violations.add(new Violation(
                    FieldPath.ROOT, Type.INVALID, "more errors are not listed; fix those above to see the rest"));
        }
    }

    boolean blocksRules() {
        return violations.stream().anyMatch(violation -> violation.type().blocksRules());
    }

    /** Whether there is a violation at this path or below it. */
    boolean hasViolationIn(FieldPath path) {
        return violations.stream().anyMatch(violation -> violation.path().isIn(path));
    }

    List<Violation> violations() {
        return List.copyOf(violations);
    }

    /** A value in the form in which a message may contain it. */
    String show(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case Map<?, ?> map -> "an object";
            case List<?> list -> "a list";
            case Object hidden when secret -> "the value";
            case String text -> '"' + shorten(text) + '"';
            default -> shorten(value.toString());
        };
    }

    private static String shorten(String text) {
        return VisibleText.of(text, SHOWN_LENGTH);
    }
}
