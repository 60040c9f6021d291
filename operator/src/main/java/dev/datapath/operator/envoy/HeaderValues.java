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
 * Conditions on the values of request headers. A rule that forwards takes one line with exactly the value. A rule that denies
 * also takes the value as one of several, in lines of their own or in one line (RFC 9110, 5.3), with blanks around it and in any
 * case: stores differ in which of several they read, and some compare without case (MinIO the governance bypass). Where a store may
 * read the header from the query, the values of the parameter count as well.
 *
 * <p>Envoy's generic matcher sees the lines of one name as one, joined by commas. Its routes see each line for itself, and one that
 * fits is enough; of the headers that Envoy keeps as one, such as {@code content-type}, they see what the matcher sees.
 */
final class HeaderValues {

    /** Any octets: a dot matches only UTF-8, and a header may hold anything else. */
    static final String ANYTHING = "\\C*";

    /** One octet or more. */
    static final String SOMETHING = "\\C+";

    /** The routes double with each value that may be in the query. */
    private static final int MOVED_ONE_BY_ONE = 2;

    /** RE2 refuses an expression that becomes too large. */
    private static final int VALUES_IN_EXPRESSION = 100;

    private static final String HOST = "host";

    private HeaderValues() {}

    /** What a request must have besides the rest of a match; never empty where a header is wanted. */
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
     * Something that a deny wants: a value, or one of those in a list. Each is looked for by itself, because they may be in lines of
     * their own, of which a route sees one at a time.
     *
     * @param text of the value; null for a host, which is no list
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

        /** Alternatives: the header, or the query. */
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

    /** Whether two lines, as the generic matcher sees them, may look like one with the value. */
    private static boolean joins(String value) {
        return value.matches(".*[^ \t],[^ \t].*");
    }

    /**
     * Holds for requests with one of the values in a line of its own and with other lines of the same name. It also holds for
     * some with all of that in one line.
     *
     * @param wanted of rules that forward
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
        // One of them in the query is enough: who has moved it there may have moved any of the others.
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
     * A name has no case, and with a dot at its end or an empty port it is the same one. It is meant with every port, unless a rule
     * that forwards names one. What is before an at sign is no part of it (RFC 9110, 4.2.4).
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

    /** The query has none of the headers, whatever the value: a store may read that before the header. */
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

    /** Where the client's value stands. */
    private static String asSent(HeaderValue wanted) {
        return wanted.name().equals(Names.FORWARDED_PROTO) ? Names.FORWARDED_PROTO_HEADER : wanted.name();
    }

    private static String among(String before, String part, String separator) {
        return "(?i)(?:" + ANYTHING + separator + ")?\\s*" + before + literal(part) + "\\s*(?:" + separator + ANYTHING
                + ")?";
    }

    /** What stands between the values of a list, as an expression. Cookies have a separator of their own (RFC 6265, 4.2.1). */
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
