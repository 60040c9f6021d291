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
 * Refusals by something that a body may hold instead. A prefix is compared with the key in a request's address, and a header with the
 * headers; keys and fields in a body are not seen, nor the action that a field asks for. Requests that have them there pass, unless a
 * match refuses them for the whole bucket.
 */
final class BodyRefusals {
    private static final Set<S3Operation> KEYS_IN_BODY = EnumSet.of(S3Operation.PostObject, S3Operation.DeleteObjects);
    private static final Set<S3Operation> HEADERS_IN_BODY = EnumSet.of(S3Operation.PostObject);

    private static final Set<S3Operation> FIELDS_OF_FORMS = ActionByHeader.all().stream()
            .filter(action -> action.carriers().contains(S3Operation.PostObject))
            .map(ActionByHeader::action)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(S3Operation.class)));

    /** A match of a rule that refuses, and where it is written. */
    record Match(MatchCompiler.Conditions conditions, Report at) {}

    private BodyRefusals() {}

    /** Warns about each match of a rule that lets pass what it seems to refuse, unless another one refuses that. */
    static void check(List<Match> matches) {
        for (var match : matches) {
            if (!match.conditions().keyPrefix().isEmpty()) {
                warn(
                        match,
                        passing(match, matches, KEYS_IN_BODY),
                        "keyPrefix is compared with the key in a request's address, so it does not match ",
                        ", which have keys in their body: refuse these for the whole bucket, in a match of its own without"
                                + " keyPrefix, or name in operations what this match is for");
            } else if (readsForms(match.conditions())) {
                warn(
                        match,
                        passing(match, matches, HEADERS_IN_BODY),
                        "headers are compared with a request's headers, so they do not match ",
                        ", a form whose fields stores take for headers: refuse it for the whole bucket, in a match of its own without"
                                + " headers, or name in operations what this match is for");
            }
            warnAboutFields(match, matches);
        }
    }

    private static void warnAboutFields(Match match, List<Match> matches) {
        var operations = match.conditions().operations();
        // Where forms are named, the other warnings say what passes.
        if (operations.isEmpty() || operations.contains(S3Operation.PostObject)) {
            return;
        }
        var asked = among(operations, FIELDS_OF_FORMS);
        boolean refused = matches.stream()
                .map(Match::conditions)
                .anyMatch(other -> refusesTheBuckets(other, match.conditions())
                        && (other.operations().isEmpty() || other.operations().contains(S3Operation.PostObject)));
        if (!refused) {
            warn(
                    match,
                    asked,
                    "a form (PostObject) can do ",
                    " by a field of its body, which is not seen: deny PostObject for the whole bucket, too");
        }
    }

    private static void warn(Match match, Set<S3Operation> passing, String before, String after) {
        if (!passing.isEmpty()) {
            match.at().warning(Reason.Incomplete, before + names(passing) + after);
        }
    }

    /** Those of the actions that the match is for and no match refuses for the whole bucket. */
    private static Set<S3Operation> passing(Match match, List<Match> matches, Set<S3Operation> inBody) {
        var wanted = match.conditions();
        var passing = among(wanted.operations(), inBody);
        matches.stream()
                .map(Match::conditions)
                .filter(other -> refusesTheBuckets(other, wanted))
                .forEach(other -> passing.removeAll(among(other.operations(), inBody)));
        return passing;
    }

    /** Whether the match is by headers that a form may have as fields. */
    private static boolean readsForms(MatchCompiler.Conditions conditions) {
        return conditions.headers().stream().anyMatch(HeaderValue::maybeInQuery);
    }

    private static Set<S3Operation> among(Set<S3Operation> operations, Set<S3Operation> inBody) {
        var without = EnumSet.copyOf(inBody);
        if (!operations.isEmpty()) {
            without.retainAll(operations);
        }
        return without;
    }

    /** Whether it takes all requests, of its operations, that the other one would take but for their keys. */
    private static boolean refusesTheBuckets(MatchCompiler.Conditions whole, MatchCompiler.Conditions part) {
        return whole.keyPrefix().isEmpty()
                && !readsForms(whole)
                && (whole.buckets().contains(new BucketMatch.Any())
                        || whole.buckets().containsAll(part.buckets()))
                && whole.listeners().containsAll(part.listeners())
                && part.headers().containsAll(whole.headers())
                && (whole.sources().isEmpty()
                        || (!part.sources().isEmpty() && whole.sources().containsAll(part.sources())));
    }

    private static String names(Collection<S3Operation> operations) {
        return operations.stream().map(Enum::name).collect(Collectors.joining(" and "));
    }
}
