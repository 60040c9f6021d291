package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan.HeaderValue;
import dev.datapath.operator.s3.ActionByHeader;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Detects denies by a key, header or action that a request may carry in its body instead. A key prefix is compared with the key in the
 * request URI, and a header with the request headers. Keys and form fields in a body are not inspected, so such requests pass
 * unless a match denies them for the whole bucket.
 */
final class DeniesInBody {
    private static final Set<S3Operation> KEYS_IN_BODY = EnumSet.of(S3Operation.PostObject, S3Operation.DeleteObjects);
    private static final Set<S3Operation> HEADERS_IN_BODY = EnumSet.of(S3Operation.PostObject);

    private static final Set<S3Operation> FIELDS_OF_FORMS = ActionByHeader.all().stream()
            .filter(action -> action.carriers().contains(S3Operation.PostObject))
            .map(ActionByHeader::action)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(S3Operation.class)));

    /** A match of a deny rule, and the report for its path. */
    record Match(MatchCompiler.Conditions conditions, Report at) {}

    private DeniesInBody() {}

    /**
     * Warns about each match of a deny rule that does not match requests which it appears to deny, unless another match denies
     * them.
     */
    static void check(List<Match> matches) {
        for (var match : matches) {
            if (!match.conditions().keyPrefix().isEmpty()) {
                warn(
                        match,
                        passing(match, matches, KEYS_IN_BODY),
                        "keyPrefix is compared with the key in the request URI, so it does not match ",
                        ", which have keys in their body: deny these for the whole bucket, in a separate match without"
                                + " keyPrefix, or list in operations only the actions that this match must deny");
            } else if (mayMatchFormFields(match.conditions())) {
                warn(
                        match,
                        passing(match, matches, HEADERS_IN_BODY),
                        "headers are compared with the request headers, so they do not match ",
                        ", a form whose fields stores treat as headers: deny it for the whole bucket, in a separate match without"
                                + " headers, or list in operations only the actions that this match must deny");
            }
            warnAboutFields(match, matches);
        }
    }

    private static void warnAboutFields(Match match, List<Match> matches) {
        var operations = match.conditions().operations();
        // A match that names forms has the warnings above.
        if (operations.isEmpty() || operations.contains(S3Operation.PostObject)) {
            return;
        }
        var byField = among(operations, FIELDS_OF_FORMS);
        boolean denied = matches.stream()
                .map(Match::conditions)
                .anyMatch(other -> deniesWholeBuckets(other, match.conditions())
                        && (other.operations().isEmpty() || other.operations().contains(S3Operation.PostObject)));
        if (!denied) {
            warn(
                    match,
                    byField,
                    "a form (PostObject) can perform ",
                    " by a field of its body, which is not inspected: deny PostObject for the whole bucket as well");
        }
    }

    private static void warn(Match match, Set<S3Operation> passing, String before, String after) {
        if (!passing.isEmpty()) {
            match.at().warning(Reason.Incomplete, before + names(passing) + after);
        }
    }

    /** The actions of the match that no match denies for the whole bucket. */
    private static Set<S3Operation> passing(Match match, List<Match> matches, Set<S3Operation> inBody) {
        var wanted = match.conditions();
        var passing = among(wanted.operations(), inBody);
        matches.stream()
                .map(Match::conditions)
                .filter(other -> deniesWholeBuckets(other, wanted))
                .forEach(other -> passing.removeAll(among(other.operations(), inBody)));
        return passing;
    }

    /** Whether the match has headers that a form may contain as fields. */
    private static boolean mayMatchFormFields(MatchCompiler.Conditions conditions) {
        return conditions.headers().stream().anyMatch(HeaderValue::maybeInQuery);
    }

    private static Set<S3Operation> among(Set<S3Operation> operations, Set<S3Operation> inBody) {
        var without = EnumSet.copyOf(inBody);
        if (!operations.isEmpty()) {
            without.retainAll(operations);
        }
        return without;
    }

    /** Whether the whole-bucket match covers the other match with its key prefix ignored, for the operations of the former. */
    private static boolean deniesWholeBuckets(MatchCompiler.Conditions whole, MatchCompiler.Conditions part) {
        return whole.keyPrefix().isEmpty()
                && !mayMatchFormFields(whole)
                && (whole.buckets().contains(new BucketMatch.Any())
                        || whole.buckets().containsAll(part.buckets()))
                && whole.listeners().containsAll(part.listeners())
                && part.headers().containsAll(whole.headers())
                && part.credentials().containsAll(whole.credentials())
                && (whole.sources().isEmpty()
                        || (!part.sources().isEmpty() && whole.sources().containsAll(part.sources())));
    }

    private static String names(Collection<S3Operation> operations) {
        return operations.stream().map(Enum::name).collect(Collectors.joining(" and "));
    }
}
