package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.operator.plan.MatchPlan.HeaderValue;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Conditions on the values of request headers. A rule that forwards takes one line with exactly the value. A rule that denies
 * also takes the value as one of several, in lines of their own or in one line (RFC 9110, 5.3), with blanks around it and in any
 * case: stores differ in which of several they read, and some compare without case (MinIO the governance bypass).
 */
final class HeaderValues {

    /** Any octets: a dot matches only UTF-8, and a header may hold anything else. */
    static final String ANYTHING = "\\C*";

    /** One octet or more. */
    static final String SOMETHING = "\\C+";

    private HeaderValues() {}

    static Predicate predicate(HeaderValue wanted, boolean denies) {
        return denies
                ? Predicates.matches(asSent(wanted), among(wanted.value()))
                : Predicates.equal(asSent(wanted), wanted.value());
    }

    static HeaderMatcher condition(HeaderValue wanted, boolean denies) {
        return denies
                ? OperationConditions.regex(asSent(wanted), among(wanted.value()))
                : OperationConditions.exact(asSent(wanted), wanted.value());
    }

    /** Where the client's value stands. */
    private static String asSent(HeaderValue wanted) {
        return wanted.name().equals(Names.FORWARDED_PROTO) ? Names.FORWARDED_PROTO_HEADER : wanted.name();
    }

    /** Envoy joins lines of one name by commas. */
    private static String among(String value) {
        var wanted = Arrays.stream(value.split(",", -1))
                .map(part -> literal(part.strip()))
                .collect(Collectors.joining("\\s*,\\s*"));
        return "(?i)(?:" + ANYTHING + ",)?\\s*" + wanted + "\\s*(?:," + ANYTHING + ")?";
    }

    private static String literal(String text) {
        var pattern = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (c < 0x80 && !Character.isLetterOrDigit(c)) {
                pattern.append('\\');
            }
            pattern.appendCodePoint(c);
        });
        return pattern.toString();
    }
}
