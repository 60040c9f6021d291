package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.s3.OperationShape;
import dev.datapath.operator.s3.Scope;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Refusals by key prefix. A prefix is compared with the key in a request's address. Keys in a body (DeleteObjects,
 * PostObject) are not seen, and requests about a bucket have none: whoever refuses a prefix has to refuse these for the
 * whole bucket, or know that they pass.
 */
final class PrefixRefusals {
    private static final Set<S3Operation> WITHOUT_KEY = OperationShape.all().stream()
            .filter(shape -> shape.scope() != Scope.OBJECT)
            .map(OperationShape::operation)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(S3Operation.class)));

    private static final int NAMED = 3;

    /** A match of a rule that refuses, and where it is written. */
    record Match(MatchCompiler.Conditions conditions, Report at) {}

    private PrefixRefusals() {}

    /** Warns about each match of a rule that lets pass what it seems to refuse, unless another one refuses that. */
    static void check(List<Match> matches) {
        for (var match : matches) {
            var wanted = match.conditions();
            if (!wanted.keyPrefix().isEmpty()) {
                var passing = among(wanted.operations());
                matches.stream()
                        .map(Match::conditions)
                        .filter(other -> refusesTheBuckets(other, wanted))
                        .forEach(other -> passing.removeAll(among(other.operations())));
                if (!passing.isEmpty()) {
                    match.at()
                            .warning(
                                    Reason.Incomplete,
                                    "keyPrefix is compared with the key in a request's address, so it does not match "
                                            + names(passing)
                                            + ": refuse them for the whole bucket, in a match of its own without keyPrefix, or name in operations what this match is for");
                }
            }
        }
    }

    private static Set<S3Operation> among(Set<S3Operation> operations) {
        var without = EnumSet.copyOf(WITHOUT_KEY);
        if (!operations.isEmpty()) {
            without.retainAll(operations);
        }
        return without;
    }

    /** Whether it takes all requests, of its operations, that the other one would take but for their keys. */
    private static boolean refusesTheBuckets(MatchCompiler.Conditions whole, MatchCompiler.Conditions part) {
        return whole.keyPrefix().isEmpty()
                && (whole.buckets().contains(new BucketMatch.Any())
                        || whole.buckets().containsAll(part.buckets()))
                && whole.listeners().containsAll(part.listeners())
                && part.headers().containsAll(whole.headers())
                && (whole.sources().isEmpty()
                        || (!part.sources().isEmpty() && whole.sources().containsAll(part.sources())));
    }

    private static String names(Collection<S3Operation> operations) {
        var first = operations.stream().limit(NAMED).map(Enum::name).collect(Collectors.joining(", "));
        return operations.size() > NAMED ? first + " and " + (operations.size() - NAMED) + " more" : first;
    }
}
