package dev.datapath.operator.envoy;

/** Expressions for dot segments and backslashes in a path, which some stores, and proxies in front of them, resolve. */
final class Segments {

    static final String MESSAGE =
            "The path must have neither dot segments nor backslashes where rules deny buckets or keys.";

    private static final String BACKSLASH = "(?:\\\\|%5[cC])";
    private static final String SEPARATOR = "(?:/|%2[fF]|\\\\|%5[cC])";
    private static final String DOT = "(?:\\.|%2[eE])";

    /** Matches a text that has a segment of one dot or two. */
    static final String DOTS = "(?:.*" + SEPARATOR + ")?" + DOT + "{1,2}(?:" + SEPARATOR + ".*|\\?.*)?";

    /** Matches a text with a segment of dots or a backslash. */
    static final String ODD = "(?:" + DOTS + "|.*" + BACKSLASH + ".*)";

    /** Matches a target whose key may be resolved to none: slashes only, or dots at the end. */
    static final String NO_KEY = "/(?:/|%2[fF])+|/(?:.*" + SEPARATOR + ")?" + DOT + "{1,2}" + SEPARATOR + "+";

    private Segments() {}

    /**
     * Matches a path or a copy source that may lead out of its bucket into another one, and what follows: two dots right
     * after the bucket, or two times in a row (a path that goes up only after it went down stays inside).
     */
    static String escape(String then) {
        var still = "(?:" + SEPARATOR + "|" + DOT + SEPARATOR + ")*";
        var up = DOT + "{2}" + SEPARATOR + still;
        var first = SEPARATOR + "?[^/%\\\\]*" + SEPARATOR + still + up;
        return "(?:" + first + "|.*" + SEPARATOR + up + up + ")" + then;
    }

    /** The same into one of these buckets, or one whose name is spelled with an escape. */
    static String escapeInto(String names) {
        return escape("(?:.*" + SEPARATOR + ")?(?:" + names + "|[^/]*%[^/]*)(?:" + SEPARATOR + ".*)?");
    }
}
