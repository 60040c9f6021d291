package dev.datapath.operator.envoy;

import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Expressions over {@code :path} that match query parameters as stores parse them. All stores split parameters at {@code &}, some
 * also at {@code ;} (gorilla/mux in MinIO), and Ceph skips a second question mark before the first name.
 */
final class QueryPattern {

    private static final String FIRST = "[^?]*\\?(?:.*&)?";
    private static final String ANYWHERE = "[^?]*\\?(?:.*[?&;])?";
    private static final String END = "(?:[=&;].*)?";

    private static final String COMMA = "(?:,|%2[cC])";

    /** Blanks that stores strip around a value. */
    private static final String BLANKS = "(?:\\+|%20|%0[9a-dA-D])*";

    /** Matches a path with a percent-encoded letter or hyphen in the name of a parameter; few paths have one. */
    static final String ENCODED_NAME = ANYWHERE + "[^=&;]*%(?:2[dD]|[46][1-9a-fA-F]|[57][0-9aA]).*";

    private QueryPattern() {}

    /** Matches a path whose query has at least one of these parameters for some store. Names only contain letters and hyphens. */
    static String anyOf(Collection<String> names) {
        return ANYWHERE + alternatives(names) + END;
    }

    /** As the other method, for any value, also for the parameter of listings. */
    static String named(Collection<String> names) {
        return ANYWHERE + "(?:" + joined(names) + ")" + END;
    }

    /** Matches a path that has one of these parameters, with percent-encoded characters in its name. */
    static String encoded(Collection<String> names) {
        var spellings = names.stream().sorted().map(QueryPattern::encoded).collect(Collectors.joining("|"));
        return ANYWHERE + "(?:" + spellings + ")" + END;
    }

    /** Every spelling except the literal one. The expression stays short, because each half occurs only twice. */
    private static String encoded(String name) {
        if (name.length() == 1) {
            return KeyPattern.encoded(name.charAt(0));
        }
        var left = name.substring(0, name.length() / 2);
        var right = name.substring(name.length() / 2);
        return "(?:" + encoded(left) + KeyPattern.everySpelling(right) + "|" + left + encoded(right) + ")";
    }

    /** Matches a path whose query has one of these parameters for every store. */
    static String certainly(Collection<String> names) {
        return FIRST + alternatives(names) + "(?:[=&].*)?";
    }

    /** Matches a path whose query has, for every store, this parameter with a value that the expression describes. */
    static String withValue(String name, String value) {
        return FIRST + name + "=" + value + "(?:&.*)?";
    }

    /**
     * Matches a path whose query has this parameter with one of these values, each percent-encoded or not: alone, surrounded by
     * blanks, or in a list. Case-insensitive, inside a case-insensitive expression.
     */
    static String amongOthers(String name, Collection<String> values) {
        var spellings = values.stream()
                .map(value -> KeyPattern.everySpellingInAnyCase(value, true))
                .collect(Collectors.joining("|", values.size() == 1 ? "" : "(?:", values.size() == 1 ? "" : ")"));
        return ANYWHERE + KeyPattern.everySpellingInAnyCase(name, false) + "=(?:[^&]*" + COMMA + ")?" + BLANKS
                + spellings + BLANKS + "(?:(?:[&;]|" + COMMA + ").*)?";
    }

    /**
     * Matches a path whose query has one of these parameters, with a name of any characters, each percent-encoded or not.
     * Case-insensitive, inside a case-insensitive expression.
     */
    static String namedInAnySpelling(Collection<String> names) {
        return ANYWHERE
                + names.stream()
                        .map(name -> KeyPattern.everySpellingInAnyCase(name, false))
                        .collect(Collectors.joining("|", "(?:", ")"))
                + END;
    }

    /** Matches a path that has this parameter more than once, in any spelling and any case. */
    static String repeatedInAnySpelling(String name) {
        var one = KeyPattern.everySpellingInAnyCase(name, false);
        return "(?i)" + ANYWHERE + one + "(?:=[^&;]*)?[&;](?:.*[?&;])?" + one + END;
    }

    /**
     * Matches a path with a percent-encoded control character in a parameter whose name begins so. In any spelling, and in any case in
     * an expression that ignores case.
     */
    static String withControlCharacter(Collection<String> beginnings) {
        return ANYWHERE
                + beginnings.stream()
                        .map(name -> KeyPattern.everySpellingInAnyCase(name, false))
                        .collect(Collectors.joining("|", "(?:", ")"))
                + "[^&;]*%(?:[01][0-9a-f]|7f).*";
    }

    /**
     * Matches a path whose query has more than {@code count} of these parameters, or one of them at a position where only some
     * stores parse it.
     */
    static String moreThan(int count, Collection<String> names) {
        var one = alternatives(names) + "(?:=[^&;]*)?";
        return "[^?]*\\?(?:(?:.*[&;?])?" + (one + "[&;](?:.*[&;?])?").repeat(count) + alternatives(names) + END
                + "|.*[;?]" + alternatives(names) + END
                + "|(?:.*&)?" + alternatives(names) + ";.*)";
    }

    /** Matches a path whose first parameter, after more than one question mark, is one of these. */
    static String afterMarks(Collection<String> names) {
        return "[^?]*\\?\\?+" + alternatives(names) + END;
    }

    private static String alternatives(Collection<String> names) {
        // Only one value of list-type selects another action.
        return "(?:" + joined(names).replace("list-type", "list-type=2") + ")";
    }

    /** Sorted, because equal rules must give equal text. */
    private static String joined(Collection<String> names) {
        return names.stream().sorted().collect(Collectors.joining("|"));
    }
}
