package dev.datapath.operator.cli;

import java.util.ArrayList;
import java.util.List;

/** One line of a terminal, in parts of different colours, that can be truncated to a width. */
final class StyledLine {
    private static final String RESET = "\u001b[0m";

    private record Part(String style, String text) {}

    private final List<Part> parts = new ArrayList<>();

    StyledLine plain(String text) {
        return add("", text);
    }

    StyledLine bold(String text) {
        return add("\u001b[1m", text);
    }

    StyledLine dim(String text) {
        return add("\u001b[2m", text);
    }

    StyledLine red(String text) {
        return add("\u001b[31m", text);
    }

    StyledLine green(String text) {
        return add("\u001b[32m", text);
    }

    StyledLine yellow(String text) {
        return add("\u001b[33m", text);
    }

    private StyledLine add(String style, String text) {
        parts.add(new Part(style, text));
        return this;
    }

    /** The line, truncated to a number of columns. A truncated line ends with an ellipsis. */
    String text(int columns, boolean colored) {
        var whole = parts.stream().mapToInt(part -> width(part.text())).sum();
        int left = whole <= columns ? columns : columns - 1;
        var line = new StringBuilder();
        for (var part : parts) {
            var text = cut(part.text(), left);
            left -= width(text);
            if (!text.isEmpty()) {
                line.append(colored && !part.style().isEmpty() ? part.style() + text + RESET : text);
            }
            if (text.length() < part.text().length()) {
                return line.append('…').toString();
            }
        }
        return line.toString();
    }

    private static String cut(String text, int columns) {
        int width = 0;
        for (int at = 0; at < text.length(); at = text.offsetByCodePoints(at, 1)) {
            width += width(text.codePointAt(at));
            if (width > columns) {
                return text.substring(0, at);
            }
        }
        return text;
    }

    private static int width(String text) {
        return text.codePoints().map(StyledLine::width).sum();
    }

    /** Columns of a character: two for East Asian scripts and emoji, none for combining marks. */
    private static int width(int point) {
        if (Character.getType(point) == Character.NON_SPACING_MARK) {
            return 0;
        }
        boolean wide = (point >= 0x1100 && point <= 0x115f)
                || (point >= 0x2e80 && point <= 0xa4cf)
                || (point >= 0xac00 && point <= 0xd7a3)
                || (point >= 0xf900 && point <= 0xfaff)
                || (point >= 0xfe30 && point <= 0xfe6f)
                || (point >= 0xff00 && point <= 0xff60)
                || (point >= 0x1f300 && point <= 0x1faff)
                || (point >= 0x20000 && point <= 0x3fffd);
        return wide ? 2 : 1;
    }
}
