package dev.datapath.operator.envoy;

import static dev.datapath.operator.envoy.Predicates.and;
import static dev.datapath.operator.envoy.Predicates.contains;
import static dev.datapath.operator.envoy.Predicates.matches;
import static dev.datapath.operator.envoy.Predicates.not;
import static dev.datapath.operator.envoy.Predicates.when;

import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Denies by the path of a virtual-hosted request. A host name with capitals in its domain, a trailing dot or an empty port is the
 * same name (RFC 4343, RFC 1034 section 3.1). But a store that compares its domain literally, such as MinIO and SeaweedFS, treats
 * such a request as path style. A request that is denied in one of both interpretations is denied.
 */
final class HostReadings {

    /** A percent-encoded character that is valid in bucket names. */
    private static final String ENCODED = "%(?:2[dDeE]|3[0-9]|[46][1-9a-fA-F]|[57][0-9aA]|5[fF])";

    /** A bucket in the path that is not literal. */
    private static final String HIDDEN_BUCKET = "/[^/]*" + ENCODED + ".*|/" + DeniedAddresses.SLASH + ".+";

    private final List<MatchPlan> matches;
    private final TargetDenies inPath;

    HostReadings(List<MatchPlan> matches, Map<String, RulePlan> rules, boolean byOperation) {
        this.matches = matches;
        this.inPath = new TargetDenies(AddressStyle.PATH, rules, byOperation);
    }

    /** A matcher that answers denied virtual-hosted requests; no match for other requests. Empty when no rule denies. */
    Optional<FieldMatcher> render(String baseDomain) {
        return inPath.of(matches)
                .map(denied -> when(
                        not(and(
                                contains(Names.HOST_HEADER, "." + baseDomain + ":"),
                                not(contains(Names.HOST_HEADER, "::")))),
                        Predicates.nested(Matcher.newBuilder()
                                .setMatcherList(
                                        Matcher.MatcherList.newBuilder()
                                                .addMatchers(Guards.reject(
                                                        "guard/path",
                                                        matches(Names.TARGET_HEADER, Segments.ODD),
                                                        Segments.MESSAGE))
                                                .addMatchers(
                                                        Guards.reject(
                                                                "guard/path",
                                                                matches(Names.TARGET_HEADER, HIDDEN_BUCKET),
                                                                "The path of a request whose host is not spelled as the domain must not hide a bucket.")))
                                .setOnNoMatch(denied))));
    }
}
