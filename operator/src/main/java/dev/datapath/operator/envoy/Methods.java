package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;

/**
 * Conditions on the method. A CORS preflight (Fetch standard, 4.8) counts as the method that it announces, so it is routed as the
 * announced request.
 */
final class Methods {

    /** GET and HEAD, and an OPTIONS that announces one of them or no method. */
    private static final String SAFE = "(?:GET|HEAD) .*|OPTIONS (?:GET|HEAD|)";

    private Methods() {}

    static Predicate is(String method) {
        return Predicates.matches(Names.METHOD_HEADER, expression(method));
    }

    /** Whether the request changes nothing (RFC 9110, 9.2.1). */
    static Predicate isSafe() {
        return Predicates.matches(Names.METHOD_HEADER, SAFE);
    }

    static HeaderMatcher condition(String method) {
        return OperationConditions.regex(Names.METHOD_HEADER, expression(method));
    }

    /** The same as a condition of a route. */
    static HeaderMatcher safe() {
        return OperationConditions.regex(Names.METHOD_HEADER, SAFE);
    }

    static HeaderMatcher unsafe() {
        return OperationConditions.not(safe());
    }

    private static String expression(String method) {
        return method + " .*|OPTIONS " + method;
    }
}
