package dev.datapath.operator.envoy;

import static dev.datapath.operator.envoy.Predicates.and;
import static dev.datapath.operator.envoy.Predicates.contains;
import static dev.datapath.operator.envoy.Predicates.matches;
import static dev.datapath.operator.envoy.Predicates.not;
import static dev.datapath.operator.envoy.Predicates.when;

import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan;
import dev.datapath.operator.plan.RulePlan;
import dev.datapath.operator.s3.RequestClass;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
    private final Map<String, RulePlan> rules;
    private final boolean byOperation;

    HostReadings(List<MatchPlan> matches, Map<String, RulePlan> rules, boolean byOperation) {
        this.matches = matches;
        this.rules = rules;
        this.byOperation = byOperation;
    }

    /** The address of a request as path style has it; with a class only what matches say of requests of the class. */
    private record InPath(
            OperationConditions operations, @Nullable RequestClass requestClass) implements DeniedAddresses.Address {
        @Override
        public String header() {
            return Names.TARGET_HEADER;
        }

        @Override
        public List<String> leads() {
            return List.of("/");
        }

        @Override
        public boolean anyValue() {
            return true;
        }

        @Override
        public Optional<FieldMatcher> guard(BucketMatch bucket, List<MatchPlan> matches, List<MatchPlan> denies) {
            return Optional.empty();
        }

        @Override
        public Optional<Predicate> keyInBody() {
            return Optional.of(Snowball.uploads());
        }

        @Override
        public List<List<Predicate>> conditions(MatchPlan match, boolean denies) {
            return requestClass == null
                    ? List.of(List.of())
                    : operations.alternatives(match.operations(), requestClass, denies).stream()
                            .map(alternative ->
                                    alternative.stream().map(Predicates::of).toList())
                            .toList();
        }
    }

    /** What to ask of a virtual-hosted request; without result it goes on. Empty when no rule denies. */
    Optional<FieldMatcher> render(String baseDomain) {
        return denied().map(denied -> when(
                not(and(contains(Names.HOST_HEADER, "." + baseDomain + ":"), not(contains(Names.HOST_HEADER, "::")))),
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

    private Optional<Matcher.OnMatch> denied() {
        var operations = new OperationConditions(AddressStyle.PATH);
        return byOperation
                ? new RequestClassifier(AddressStyle.PATH, true)
                        .only(requestClass -> denied(new InPath(operations, requestClass)))
                : denied(new InPath(operations, null));
    }

    private Optional<Matcher.OnMatch> denied(InPath address) {
        var denied = new DeniedAddresses(address, matches, rules);
        return denied.denies().isEmpty() ? Optional.empty() : Optional.of(denied.after(List.of()));
    }
}
