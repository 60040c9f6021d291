package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import java.util.Collection;
import java.util.Optional;

/**
 * Sources of copies in the query. Stores may read the parameters of a presigned request as headers: Amazon S3 does so with some of
 * {@code x-amz-*}, s3rver with all (lib/middleware/authentication.js). Of the source, SDKs make a header, signed as such; so where rules
 * deny by it, a request that has it in the query is refused rather than read in both places.
 */
final class QueriedSources {
    private QueriedSources() {}

    /** Refuses these headers in a query, in any spelling; empty when there are none. */
    static Optional<FieldMatcher> guard(Collection<String> names) {
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(Guards.refuse(
                        "guard/source",
                        Predicates.matches(":path", "(?i)" + QueryPattern.namedInAnySpelling(names)),
                        "The source of a copy must be in a header, not in the query."));
    }
}
