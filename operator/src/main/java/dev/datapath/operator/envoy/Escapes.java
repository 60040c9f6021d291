package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;

/**
 * Paths with dot segments that leave their bucket. A store or proxy that resolves them serves another bucket, or the list of
 * buckets, while rules match the bucket at the start of the path.
 */
final class Escapes {

    private Escapes() {}

    static Predicate outOfTheBucket(AddressStyle style) {
        // Most paths contain none of these, and the expression is not evaluated for them.
        var dots = Predicates.or(
                Predicates.contains(Names.TARGET_HEADER, ".."),
                Predicates.contains(Names.TARGET_HEADER, "%2e"),
                Predicates.contains(Names.TARGET_HEADER, "%2E"));
        return Predicates.and(dots, Predicates.matches(Names.TARGET_HEADER, Segments.escape(style)));
    }
}
