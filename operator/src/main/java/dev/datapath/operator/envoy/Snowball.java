package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import java.util.List;

/**
 * Uploads of an archive that the store extracts: the written keys are in the body. MinIO treats a PUT as such when a header
 * contains {@code true} (cmd/api-router.go, PutObjectExtractHandler). RustFS also supports the header without {@code meta}.
 */
final class Snowball {

    /** The headers that enable it. */
    static final List<String> HEADERS = List.of("x-amz-meta-snowball-auto-extract", "x-amz-snowball-auto-extract");

    private static final String ASKED = HeaderValues.ANYTHING + "(?i:true)" + HeaderValues.ANYTHING;

    private Snowball() {}

    static Predicate uploads() {
        return Predicates.and(
                Methods.is("PUT"),
                Predicates.any(HEADERS.stream()
                        .map(header -> Predicates.matches(header, ASKED))
                        .toList()));
    }

    /** Alternatives, each a list of conditions that must all hold. */
    static List<List<HeaderMatcher>> conditions() {
        return HEADERS.stream()
                .map(header -> List.of(Methods.condition("PUT"), OperationConditions.regex(header, ASKED)))
                .toList();
    }
}
