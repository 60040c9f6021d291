package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;

/**
 * Paths that dot segments lead out of their bucket. A store or a proxy that resolves them serves another bucket, or the list of
 * buckets, to a request that rules know by the bucket it began with.
 */
final class Escapes {

    private Escapes() {}

    static Predicate outOfTheBucket(AddressStyle style) {
        // Nearly all paths have neither, and are spared the expression.
        var dots = Predicates.or(
                Predicates.contains(Names.TARGET_HEADER, ".."),
                Predicates.contains(Names.TARGET_HEADER, "%2e"),
                Predicates.contains(Names.TARGET_HEADER, "%2E"));
        return Predicates.and(dots, Predicates.matches(Names.TARGET_HEADER, Segments.escape(style)));
    }
}
