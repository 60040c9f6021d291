package dev.datapath.operator.text;

/**
 * User-provided text in a form that is safe to print: one line, without characters that move the cursor, change colours
 * or reverse the direction of reading. Names and values come from files that may have any content.
 */
public final class VisibleText {
    private VisibleText() {}

    /**
     * The text with an escape in place of every control character, line separator, formatting character (including
     * those for right-to-left text) and unpaired surrogate; all other characters stay.
     */
    public static String of(String text) {
        if (text.codePoints().noneMatch(VisibleText::isHidden)) {
            return text;
        }
        var visible = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(point -> {
            switch (point) {
                case '\n' -> visible.append("\\n");
                case '\r' -> visible.append("\\r");
                case '\t' -> visible.append("\\t");
                default -> {
                    if (isHidden(point)) {
                        visible.append(point > 0xffff ? "\\u{%x}".formatted(point) : "\\u%04x".formatted(point));
                    } else {
                        visible.appendCodePoint(point);
                    }
                }
            }
        });
        return visible.toString();
    }

    /** The same, truncated to a number of characters before it is escaped; an ellipsis marks the truncation. */
    public static String of(String text, int longest) {
        return text.codePointCount(0, text.length()) <= longest
                ? of(text)
                : of(text.substring(0, text.offsetByCodePoints(0, longest))) + "…";
    }

    /** The text, shortened to a number of UTF-16 code units: an ellipsis replaces the middle. Start and end stay. */
    public static String withoutMiddle(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        int head = longest / 2;
        int tail = text.length() - (longest - head - 1);
        return text.substring(0, Character.isLowSurrogate(text.charAt(head)) ? head - 1 : head)
                + "…"
                + text.substring(Character.isLowSurrogate(text.charAt(tail)) ? tail + 1 : tail);
    }

    private static boolean isHidden(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }
}
