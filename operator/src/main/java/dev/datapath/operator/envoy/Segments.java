package dev.datapath.operator.envoy;

/** Expressions for dot segments and backslashes in a path, which some stores, and proxies in front of them, resolve. */
final class Segments {

    static final String MESSAGE =
            "The path must have no dot segments where rules deny keys, nor lead to another bucket.";

    private static final String BACKSLASH = "(?:\\\\|%5[cC])";
    private static final String SEPARATOR = "(?:/|%2[fF]|\\\\|%5[cC])";
    private static final String DOT = "(?:\\.|%2[eE])";

    /** Matches a text that has a segment of one dot or two. */
    static final String DOTS = "(?:.*" + SEPARATOR + ")?" + DOT + "{1,2}(?:" + SEPARATOR + ".*|\\?.*)?";

    /** Matches a text with a segment of dots or a backslash. */
    static final String ODD = "(?:" + DOTS + "|.*" + BACKSLASH + ".*)";

    /** Matches a target whose key may be resolved to none: slashes only, or dots at the end. One slash, {@code //}, is no key. */
    static final String NO_KEY = "/(?:/|%2[fF])+/|/(?:.*" + SEPARATOR + ")?" + DOT + "{1,2}" + SEPARATOR + "+";

    /** A character of a segment; a percent sign also counts alone, for servers that do not decode. */
    private static final String CHARACTER =
            "(?:[^/\\\\.%]|%|%(?:[013-46-9a-fA-F][0-9a-fA-F]|2[0-9a-dA-D]|5[0-9abd-fABD-F]))";

    /** A segment that is neither empty nor dots. */
    private static final String NAME =
            "(?:" + DOT + "{0,2}" + CHARACTER + "|" + DOT + "{3})(?:" + CHARACTER + "|" + DOT + ")*";

    private static final String UP = DOT + "{2}" + SEPARATOR;

    /** So many levels down and up again are followed; a path with more segments of two dots counts as one that escapes. */
    private static final int LEVELS = 3;

    private Segments() {}

    /**
     * Matches a target that leads out of its bucket: read from the left, it has more segments of two dots than others. Amazon S3
     * has no such keys ("Naming Amazon S3 objects": relative path elements).
     */
    static String escape(AddressStyle style) {
        return escape(style == AddressStyle.PATH ? "/[^/%\\\\]*" + SEPARATOR : SEPARATOR, ".*");
    }

    /** The same for the source of a copy, which then names something else. */
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
