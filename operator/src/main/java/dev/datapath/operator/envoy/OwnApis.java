package dev.datapath.operator.envoy;

import static dev.datapath.operator.envoy.Predicates.and;
import static dev.datapath.operator.envoy.Predicates.matches;
import static dev.datapath.operator.envoy.Predicates.not;
import static dev.datapath.operator.envoy.Predicates.when;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import java.util.List;
import java.util.Map;

/**
 * Denies of the paths that MinIO keeps for its own APIs. It routes {@code /minio/admin}, {@code /minio/health}, {@code /minio/metrics} and
 * others before it looks at the host (cmd/routers.go), so with a virtual host such a path is no key. Rules for the bucket {@code minio}
 * decide about them there, too.
 */
final class OwnApis {
    private static final BucketMatch.Exact RESERVED = new BucketMatch.Exact("minio");

    private static final String LITERAL = "/minio/.+";

    /** As a proxy before the store may read it: decoded, with slashes merged and dots resolved. */
    private static final String ANY_SPELLING = "(?:.*" + KeyPattern.SLASHES + "(?:\\.|%2[eE]){1,2})?"
            + KeyPattern.SLASHES + KeyPattern.everySpelling(RESERVED.name()) + KeyPattern.SLASHES + ".+";

    private OwnApis() {}

    /** What to ask of virtual-hosted requests; without result they go on. Empty when no rule denies the bucket by its name. */
    static List<FieldMatcher> render(List<MatchPlan> matches, Map<String, RulePlan> rules, boolean byOperation) {
        return new TargetDenies(AddressStyle.PATH, rules, byOperation)
                .of(matches.stream()
                        .filter(match -> match.bucket().equals(RESERVED))
                        .toList())
                .map(denied -> List.of(
                        when(matches(Names.TARGET_HEADER, LITERAL), denied),
                        Guards.reject(
                                "guard/path",
                                and(
                                        matches(Names.TARGET_HEADER, ANY_SPELLING),
                                        not(matches(Names.TARGET_HEADER, LITERAL))),
                                "The path must not hide the name of an API of the store.")))
                .orElse(List.of());
    }
}
