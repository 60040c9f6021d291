package dev.datapath.operator.envoy;

import static dev.datapath.operator.envoy.Predicates.and;
import static dev.datapath.operator.envoy.Predicates.matches;
import static dev.datapath.operator.envoy.Predicates.not;
import static dev.datapath.operator.envoy.Predicates.or;
import static dev.datapath.operator.envoy.Predicates.when;

import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.s3.OperationShape;
import dev.datapath.operator.s3.RequestClass;
import dev.datapath.operator.s3.Scope;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The first decision about a request: its class. It comes before the bucket, so that a rule needs a route only in the
 * classes it is about, and so that the price of a request does not grow with the number of rules.
 */
final class RequestClassifier {

    private static final String METHOD = ":method";
    private static final String PATH = ":path";

    private final Predicate objectRead;
    private final Predicate safe;
    private final Predicate longWrite;

    RequestClassifier(AddressStyle style) {
        var subresources = new TreeSet<String>();
        subresources.addAll(OperationShape.of(S3Operation.GetObject).excludedQuery());
        subresources.addAll(OperationShape.of(S3Operation.HeadObject).excludedQuery());
        objectRead = and(
                matches(METHOD, "GET|HEAD"),
                matches(Names.TARGET_HEADER, style.target(Scope.OBJECT)),
                not(matches(PATH, QueryPattern.anyOf(subresources))));
        safe = matches(METHOD, "GET|HEAD|OPTIONS");
        longWrite = or(
                and(matches(METHOD, "PUT"), matches("x-amz-copy-source", ".*")),
                and(matches(METHOD, "POST"), matches(PATH, QueryPattern.anyOf(List.of("uploadId")))));
    }

    /** A matcher that first answers what the guards refuse and then goes on by class. */
    Matcher dispatch(List<Matcher.MatcherList.FieldMatcher> guards, Function<RequestClass, Matcher.OnMatch> byClass) {
        var list = Matcher.MatcherList.newBuilder()
                .addAllMatchers(guards)
                .addMatchers(when(objectRead, byClass.apply(RequestClass.OBJECT_READ)))
                .addMatchers(when(safe, byClass.apply(RequestClass.METADATA_READ)))
                .addMatchers(when(longWrite, byClass.apply(RequestClass.LONG_WRITE)));
        return Matcher.newBuilder()
                .setMatcherList(list)
                .setOnNoMatch(byClass.apply(RequestClass.WRITE))
                .build();
    }
}
