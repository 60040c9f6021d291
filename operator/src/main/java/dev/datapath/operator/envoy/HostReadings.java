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
 * Denies by the path of a virtual-hosted request. A host name with capitals in its domain, a dot at its end or an empty port is
 * the same name (RFC 4343, RFC 1034 section 3.1), but a store that compares its domain literally, as MinIO and SeaweedFS do,
 * takes such a request for path style. What is denied in either reading is denied.
 */
final class HostReadings {

    /** A percent-encoded character that bucket names are made of. */
    private static final String ENCODED = "%(?:2[dDeE]|3[0-9]|[46][1-9a-fA-F]|[57][0-9aA]|5[fF])";

    /** A bucket in the path that is not spelled literally. */
    private static final String HIDDEN_BUCKET = "/[^/]*" + ENCODED + ".*|/" + DeniedAddresses.SLASH + ".+";

    private final List<MatchPlan> matches;
    private final TargetDenies inPath;

    HostReadings(List<MatchPlan> matches, Map<String, RulePlan> rules, boolean byOperation) {
        this.matches = matches;
        this.inPath = new TargetDenies(AddressStyle.PATH, rules, byOperation);
    }

    /** What to ask of a virtual-hosted request; without result it goes on. Empty when no rule denies. */
    Optional<FieldMatcher> render(String baseDomain) {
        return inPath.of(matches)
                .map(denied -> when(
                        not(and(
                                contains(Names.HOST_HEADER, "." + baseDomain + ":"),
                                not(contains(Names.HOST_HEADER, "::")))),
                        Predicates.nested(Matcher.newBuilder()
                                .setMatcherList(
                                        Matcher.MatcherList.newBuilder()
                                                .addMatchers(Guards.refuse(
                                                        "guard/path",
                                                        matches(Names.TARGET_HEADER, Segments.ODD),
                                                        Segments.MESSAGE))
                                                .addMatchers(
                                                        Guards.refuse(
                                                                "guard/path",
                                                                matches(Names.TARGET_HEADER, HIDDEN_BUCKET),
                                                                "The path of a request whose host is not spelled as the domain must not hide a bucket.")))
                                .setOnNoMatch(denied))));
    }
}
