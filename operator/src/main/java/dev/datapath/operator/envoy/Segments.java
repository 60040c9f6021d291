package dev.datapath.operator.envoy;

/** Expressions for dot segments and backslashes in a path, which some stores, and proxies in front of them, resolve. */
final class Segments {

    static final String MESSAGE =
            "The path must not contain dot segments where rules deny keys, and must not lead to another bucket.";

    private static final String BACKSLASH = "(?:\\\\|%5[cC])";
    private static final String SEPARATOR = "(?:/|%2[fF]|\\\\|%5[cC])";
    private static final String DOT = "(?:\\.|%2[eE])";

    /** Matches a text with a segment of one or two dots. */
    static final String DOTS = "(?:.*" + SEPARATOR + ")?" + DOT + "{1,2}(?:" + SEPARATOR + ".*|\\?.*)?";

    /** Matches a text with a segment of dots or a backslash. */
    static final String ODD = "(?:" + DOTS + "|.*" + BACKSLASH + ".*)";

    /**
     * Matches a target whose key may be resolved to an empty key: only slashes, or dots at the end. The target {@code //}, with one
     * slash, has no key.
     */
    static final String NO_KEY = "/(?:/|%2[fF])+/|/(?:.*" + SEPARATOR + ")?" + DOT + "{1,2}" + SEPARATOR + "+";

    /** A character of a segment. A single percent sign counts, too, for servers that do not decode. */
    private static final String CHARACTER =
            "(?:[^/\\\\.%]|%|%(?:[013-46-9a-fA-F][0-9a-fA-F]|2[0-9a-dA-D]|5[0-9abd-fABD-F]))";

    /** A segment that is neither empty nor a dot segment. */
    private static final String NAME =
            "(?:" + DOT + "{0,2}" + CHARACTER + "|" + DOT + "{3})(?:" + CHARACTER + "|" + DOT + ")*";

    private static final String UP = DOT + "{2}" + SEPARATOR;

    /** Maximum depth that the expression follows. A path with more segments of two dots counts as one that escapes. */
    private static final int LEVELS = 3;

    private Segments() {}

    /**
     * Matches a target that leaves its bucket: from the left, it has more segments of two dots than others. Amazon S3 does not
     * allow such keys ("Naming Amazon S3 objects": relative path elements).
     */
    static String escape(AddressStyle style) {
        return escape(style == AddressStyle.PATH ? "/[^/%\\\\]*" + SEPARATOR : SEPARATOR, ".*");
    }

    /** As {@link #escape(AddressStyle)}, for the source of a copy. */
    static String escapeOfSource() {
        return escape(SEPARATOR + "?[^/%\\\\]*" + SEPARATOR, "[^/].*");
    }

    private static String escape(String bucket, String then) {
        var here = "(?:" + SEPARATOR + "|" + DOT + SEPARATOR;
        var inside = here + ")*";
        for (int level = 0; level < LEVELS; level++) {
            inside = here + "|" + NAME + SEPARATOR + inside + UP + ")*";
        }
        return bucket + inside + UP + then + "|(?:.*" + SEPARATOR + UP + "){" + (LEVELS + 1) + "}" + then;
    }
}
