package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.operator.plan.MatchPlan.HeaderValue;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Conditions on the values of request headers. A rule that forwards takes one line with exactly the value. A rule that denies
 * also takes the value as one of several, in lines of their own or in one line (RFC 9110, 5.3), with blanks around it and in any
 * case: stores differ in which of several they read, and some compare without case (MinIO the governance bypass). Where a store may
 * read the header from the query, the parameter counts as well.
 */
final class HeaderValues {

    /** Any octets: a dot matches only UTF-8, and a header may hold anything else. */
    static final String ANYTHING = "\\C*";

    /** One octet or more. */
    static final String SOMETHING = "\\C+";

    /** The routes double with each header that may be in the query. */
    private static final int MOVED_ONE_BY_ONE = 2;

    private HeaderValues() {}

    static Predicate predicate(HeaderValue wanted, boolean denies) {
        if (!denies) {
            return Predicates.equal(asSent(wanted), wanted.value());
        }
        var inHeader = Predicates.matches(asSent(wanted), among(wanted.value()));
        return wanted.maybeInQuery() ? Predicates.or(inHeader, Predicates.matches(":path", inQuery(wanted))) : inHeader;
    }

    /** Alternatives, each a list of conditions that must all hold. */
    static List<List<HeaderMatcher>> conditions(List<HeaderValue> wanted, boolean denies) {
        var inHeaders = wanted.stream().map(header -> condition(header, denies)).toList();
        var queries = wanted.stream().filter(HeaderValue::maybeInQuery).toList();
        if (!denies || queries.isEmpty()) {
            return List.of(inHeaders);
        }
        if (queries.size() <= MOVED_ONE_BY_ONE) {
            List<List<HeaderMatcher>> all = List.of(List.of());
            for (var header : wanted) {
                all = all.stream()
                        .flatMap(some -> places(header)
                                .map(next -> Stream.concat(some.stream(), Stream.of(next))
                                        .toList()))
                        .toList();
            }
            return all;
        }
        // One of them in the query is enough: who has moved it there may have moved any of the others.
        var moved = new ArrayList<HeaderMatcher>();
        wanted.stream().filter(header -> !header.maybeInQuery()).forEach(header -> moved.add(condition(header, true)));
        moved.add(OperationConditions.regex(
                ":path", queries.stream().map(HeaderValues::inQuery).collect(Collectors.joining("|"))));
        return List.of(inHeaders, List.copyOf(moved));
    }

    private static Stream<HeaderMatcher> places(HeaderValue wanted) {
        var inHeader = condition(wanted, true);
        return wanted.maybeInQuery()
                ? Stream.of(inHeader, OperationConditions.regex(":path", inQuery(wanted)))
                : Stream.of(inHeader);
    }

    private static HeaderMatcher condition(HeaderValue wanted, boolean denies) {
        return denies
                ? OperationConditions.regex(asSent(wanted), among(wanted.value()))
                : OperationConditions.exact(asSent(wanted), wanted.value());
    }

    private static String inQuery(HeaderValue wanted) {
        return "(?i)" + QueryPattern.anySpelling(wanted.name(), wanted.value());
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
