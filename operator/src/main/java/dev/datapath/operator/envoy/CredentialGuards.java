package dev.datapath.operator.envoy;

import static dev.datapath.operator.envoy.Predicates.and;
import static dev.datapath.operator.envoy.Predicates.matches;
import static dev.datapath.operator.envoy.Predicates.not;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher;
import java.util.List;

/**
 * Answers 400 to requests whose credentials stores read differently, as Amazon S3 does: two sets of them, of which one store takes the
 * header and another one the query, or a spelling that only some stores understand. MinIO removes all blanks from the header, takes a
 * presigned query without its key for an anonymous request, and reads the first of two parameters; others read the last one.
 */
final class CredentialGuards {

    private static final String NAME = "guard/credentials";

    /** A word that begins like the schemes of S3, anywhere in the header: lines are joined by commas. */
    private static final String SCHEME = "(?i)(?:" + HeaderValues.ANYTHING + "[,\\s])?aws" + HeaderValues.ANYTHING;

    private CredentialGuards() {}

    /** Those of a listener with rules that name credentials. */
    static List<FieldMatcher> all() {
        return List.of(
                Guards.reject(
                        NAME,
                        and(
                                matches(CredentialConditions.AUTHORIZATION, SCHEME),
                                not(matches(CredentialConditions.AUTHORIZATION, CredentialConditions.signed()))),
                        "The Authorization header must hold one signature of version 4 or 2, spelled as SDKs do."),
                Guards.reject(
                        NAME,
                        and(
                                SignedQuery.signedSomehow(),
                                matches(CredentialConditions.AUTHORIZATION, HeaderValues.SOMETHING)),
                        "A request must be signed in its Authorization header or in its query, not in both."),
                Guards.reject(
                        NAME,
                        SignedQuery.unclear(),
                        "A presigned request must have each parameter of its signature once, spelled as SDKs do."));
    }
}
