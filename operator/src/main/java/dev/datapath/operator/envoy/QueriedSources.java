package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import java.util.Collection;
import java.util.Optional;

/**
 * Sources of copies in the query. Stores may read the parameters of a presigned request as headers: Amazon S3 does so for some
 * {@code x-amz-*} parameters, s3rver for all (lib/middleware/authentication.js). SDKs send the source as a signed header. So where
 * rules deny by source, a request with the source in the query is rejected.
 */
final class QueriedSources {
    private QueriedSources() {}

    /** Rejects these headers in a query, in any spelling; empty when there are none. */
    static Optional<FieldMatcher> guard(Collection<String> names) {
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(Guards.reject(
                        "guard/source",
                        Predicates.namedInQuery(names),
                        "The source of a copy must be in a header, not in the query."));
    }
}
