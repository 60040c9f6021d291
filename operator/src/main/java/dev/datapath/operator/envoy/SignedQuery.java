package dev.datapath.operator.envoy;

import static dev.datapath.operator.envoy.DeniedAddresses.SLASH;
import static dev.datapath.operator.envoy.Predicates.all;
import static dev.datapath.operator.envoy.Predicates.and;
import static dev.datapath.operator.envoy.Predicates.matches;
import static dev.datapath.operator.envoy.Predicates.not;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Expressions over {@code :path} for presigned requests: signed in the query, with Signature Version 4 or 2. */
final class SignedQuery {

    /** What a request that is signed with a version has in its query. MinIO takes one without the key for anonymous. */
    private static final List<String> VERSION_4 =
            List.of("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Expires", "X-Amz-Signature");

    private static final List<String> VERSION_2 = List.of("AWSAccessKeyId", "Expires", "Signature");

    /** Parameters that no other request has. */
    private static final List<String> OF_VERSION_4 = List.of("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature");

    private static final List<String> OF_VERSION_2 = List.of("AWSAccessKeyId", "Signature");

    private SignedQuery() {}

    /** Matches a request that is signed in its query. */
    static String any() {
        return QueryPattern.named(List.of("Signature", "X-Amz-Signature"));
    }

    /** Matches a request that is signed in its query with Version 4. */
    static String ofVersion4() {
        return QueryPattern.named(List.of("X-Amz-Signature"));
    }

    /**
     * Matches a request that is signed in its query with one of these keys. A scope that is not spelled as SDKs do may belong to a
     * longer key.
     *
     * @param denies whether to match that, too
     */
    static String by(Collection<String> ids, boolean denies) {
        var keys = ids.stream().map(KeyPattern::everySpelling).collect(Collectors.joining("|", "(?:", ")"));
        var scope = denies ? "(?:" + SLASH + "[^&]*)?" : SLASH + "[0-9]{8}(?:" + SLASH + "[^/&%]*){2,3}";
        return "[^?]*\\?(?:.*&)?(?:X-Amz-Credential=" + keys + scope + "|AWSAccessKeyId=" + keys + ")(?:&.*)?";
    }

    /** Matches a request that is signed with Version 4 for up to so many seconds. */
    static String validFor(long seconds) {
        return QueryPattern.withValue("X-Amz-Expires", "0*(?:" + upTo(Long.toString(seconds)) + ")");
    }

    /** Decimal numbers without leading zeros, from 0 up to this one. */
    private static String upTo(String most) {
        var alternatives = new ArrayList<String>();
        if (most.length() > 1) {
            alternatives.add("[0-9]{1," + (most.length() - 1) + "}");
        }
        for (int i = 0; i < most.length(); i++) {
            if (most.charAt(i) > '0') {
                alternatives.add(most.substring(0, i) + "[0-" + (char) (most.charAt(i) - 1) + "]"
                        + "[0-9]".repeat(most.length() - i - 1));
            }
        }
        alternatives.add(most);
        return String.join("|", alternatives);
    }

    /** Holds for a request with a parameter of a signature, in any spelling and any case. */
    static Predicate signedSomehow() {
        return Predicates.namedInQuery(
                Stream.concat(OF_VERSION_4.stream(), OF_VERSION_2.stream()).toList());
    }

    /** Holds for a request whose signature in the query lacks a parameter, has one twice, or in an odd spelling, or is of both versions. */
    static Predicate unclear() {
        return and(
                signedSomehow(),
                not(Predicates.or(
                        and(complete(VERSION_4), not(Predicates.namedInQuery(OF_VERSION_2))),
                        and(complete(VERSION_2), not(Predicates.namedInQuery(OF_VERSION_4))))));
    }

    /** Each parameter once, and literally. */
    private static Predicate complete(List<String> names) {
        return all(names.stream()
                .flatMap(name -> Stream.of(
                        matches(":path", QueryPattern.certainly(List.of(name))),
                        not(matches(":path", QueryPattern.repeatedInAnySpelling(name)))))
                .toList());
    }
}
