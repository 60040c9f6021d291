package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.operator.plan.MatchPlan.HeaderValue;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Conditions on the values of request headers. A forward rule matches a single header with exactly the value. A deny rule also
 * matches the value as one of several, in separate headers or in a list (RFC 9110, 5.3), surrounded by blanks and
 * case-insensitively. The reason: stores differ in which of several values they read, and some compare case-insensitively (MinIO
 * for the governance bypass). Where a store may read the header from the query, the values of the parameter count, too.
 *
 * <p>Envoy's generic matcher joins headers of one name with commas. Its routes compare each header separately, and one match is
 * enough. For headers that Envoy stores as one, such as {@code content-type}, routes compare the same joined value.
 */
final class HeaderValues {

    /** Any octets. A dot only matches UTF-8, and a header may contain other octets. */
    static final String ANYTHING = "\\C*";

    /** One or more octets. */
    static final String SOMETHING = "\\C+";

    /** The number of routes doubles with each value that may be in the query. */
    private static final int MOVED_ONE_BY_ONE = 2;

    /** RE2 rejects an expression that is too large. */
    private static final int VALUES_IN_EXPRESSION = 100;

    private static final String HOST = "host";

    private HeaderValues() {}

    /** The predicates for headers; never empty if a header is required. */
    static List<Predicate> predicates(List<HeaderValue> wanted, boolean denies) {
        if (denies) {
            return wanted.stream().map(HeaderValues::denied).toList();
        }
        var predicates = new ArrayList<Predicate>();
        wanted.forEach(header -> predicates.add(
                joins(header.value())
                        ? Predicates.not(Predicates.matches(Names.METHOD_HEADER, ANYTHING))
                        : Predicates.of(exact(header))));
        movable(wanted).map(HeaderValues::named).map(Predicates::of).ifPresent(predicates::add);
        return predicates;
    }

    private static Predicate denied(HeaderValue wanted) {
        return Predicates.all(parts(wanted).stream()
                .map(part -> Predicates.any(
                        part.places().map(List::getFirst).map(Predicates::of).toList()))
                .toList());
    }

    /**
     * One value of a deny: the value, or one element of a list. Each element is matched separately, because elements may be in
     * separate headers, and a route compares one header at a time.
     *
     * @param text the element; null for a host, which is not a list
     */
    private record Part(HeaderValue of, @Nullable String text) {

        HeaderMatcher inHeader() {
            return text == null
                    ? host(of.value(), true)
                    : OperationConditions.regex(
                            asSent(of), among(of.name().equals("content-length") ? "0*" : "", text, separator(of)));
        }

        boolean movable() {
            return text != null && of.maybeInQuery();
        }

        /** The alternative places: the header, or the query. */
        Stream<List<HeaderMatcher>> places() {
            return movable()
                    ? Stream.of(
                            List.of(inHeader()), List.of(OperationConditions.regex(":path", inQuery(List.of(this)))))
                    : Stream.of(List.of(inHeader()));
        }
    }

    private static List<Part> parts(HeaderValue wanted) {
        if (wanted.name().equals(HOST)) {
            return List.of(new Part(wanted, null));
        }
        var parts = Arrays.stream(wanted.value().split(separator(wanted), -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .distinct()
                .toList();
        return (parts.isEmpty() ? List.of(wanted.value().strip()) : parts)
                .stream().map(part -> new Part(wanted, part)).toList();
    }

    /** Whether two headers joined by the generic matcher may equal the value. */
    private static boolean joins(String value) {
        return value.matches(".*[^ \t],[^ \t].*");
    }

    /**
     * Matches requests with one of the values in a separate header and other headers of the same name. It also matches some
     * requests with all values in one header.
     *
     * @param wanted headers of forward rules
     */
    static Predicate amongOthers(Collection<HeaderValue> wanted) {
        var byName = new TreeMap<String, List<String>>();
        wanted.stream()
                .distinct()
                .forEach(header -> byName.computeIfAbsent(asSent(header), name -> new ArrayList<>())
                        .add(literal(header.value())));
        var predicates = new ArrayList<Predicate>();
        byName.forEach((name, values) -> {
            for (int from = 0; from < values.size(); from += VALUES_IN_EXPRESSION) {
                var some = String.join("|", values.subList(from, Math.min(values.size(), from + VALUES_IN_EXPRESSION)));
                predicates.add(Predicates.and(
                        Predicates.contains(name, ","),
                        Predicates.matches(
                                name,
                                "(?:" + some + ")," + ANYTHING + "|" + ANYTHING + ",(?:" + some + ")(?:," + ANYTHING
                                        + ")?")));
            }
        });
        return Predicates.any(predicates);
    }

    /** Alternatives, each a list of conditions that must all hold. */
    static List<List<HeaderMatcher>> conditions(List<HeaderValue> wanted, boolean denies) {
        if (!denies) {
            var all = new ArrayList<HeaderMatcher>();
            wanted.forEach(header -> all.add(exact(header)));
            movable(wanted).map(HeaderValues::named).ifPresent(all::add);
            return List.of(all);
        }
        var parts = wanted.stream().flatMap(header -> parts(header).stream()).toList();
        var movable = parts.stream().filter(Part::movable).toList();
        if (movable.size() <= MOVED_ONE_BY_ONE) {
            List<List<HeaderMatcher>> all = List.of(List.of());
            for (var part : parts) {
                all = all.stream()
                        .flatMap(some -> part.places()
                                .map(next -> Stream.concat(some.stream(), next.stream())
                                        .toList()))
                        .toList();
            }
            return all;
        }
        // One of them in the query is enough: a client that has moved one value to the query may have moved any other.
        var moved = new ArrayList<HeaderMatcher>();
        parts.stream().filter(part -> !part.movable()).map(Part::inHeader).forEach(moved::add);
        moved.add(OperationConditions.regex(":path", inQuery(movable)));
        return List.of(parts.stream().map(Part::inHeader).toList(), List.copyOf(moved));
    }

    private static HeaderMatcher exact(HeaderValue wanted) {
        return wanted.name().equals(HOST)
                ? host(wanted.value(), false)
                : OperationConditions.exact(asSent(wanted), wanted.value());
    }

    /**
     * A host name is compared case-insensitively, and a trailing dot or an empty port make no difference. It matches with every
     * port, unless a forward rule declares one. Text before an at sign is not part of it (RFC 9110, 4.2.4).
     */
    private static HeaderMatcher host(String value, boolean denies) {
        int colon = value.endsWith("]") ? -1 : value.lastIndexOf(':');
        var name = colon < 0 ? value : value.substring(0, colon);
        var port = colon < 0 || denies ? "" : value.substring(colon + 1);
        return OperationConditions.regex(
                ":authority",
                (denies ? "(?:" + ANYTHING + "@)?" : "")
                        + "(?i:" + literal(name.endsWith(".") ? name.substring(0, name.length() - 1) : name) + ")\\.?"
                        + (port.isEmpty() ? "(?::[0-9]*)?" : ":" + literal(port)));
    }

    private static Optional<List<String>> movable(List<HeaderValue> wanted) {
        var names = wanted.stream()
                .filter(HeaderValue::maybeInQuery)
                .map(HeaderValue::name)
                .distinct()
                .toList();
        return names.isEmpty() ? Optional.empty() : Optional.of(names);
    }

    /** Matches requests whose query has none of the headers, with any value: a store may prefer the query over the header. */
    private static HeaderMatcher named(List<String> names) {
        return OperationConditions.not(
                OperationConditions.regex(":path", "(?i)" + QueryPattern.namedInAnySpelling(names)));
    }

    private static String inQuery(List<Part> parts) {
        var byName = new LinkedHashMap<String, List<String>>();
        for (var part : parts) {
            if (part.text() != null) {
                byName.computeIfAbsent(part.of().name(), name -> new ArrayList<>())
                        .add(part.text());
            }
        }
        return byName.entrySet().stream()
                .map(header -> QueryPattern.amongOthers(header.getKey(), header.getValue()))
                .collect(Collectors.joining("|", "(?i)", ""));
    }

    /** The header with the client's value. */
    private static String asSent(HeaderValue wanted) {
        return wanted.name().equals(Names.FORWARDED_PROTO) ? Names.FORWARDED_PROTO_HEADER : wanted.name();
    }

    private static String among(String before, String part, String separator) {
        return "(?i)(?:" + ANYTHING + separator + ")?\\s*" + before + literal(part) + "\\s*(?:" + separator + ANYTHING
                + ")?";
    }

    /** An expression for the separator of a list. Cookies have their own separator (RFC 6265, 4.2.1). */
    private static String separator(HeaderValue of) {
        return of.name().equals("cookie") ? "[,;]" : ",";
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
