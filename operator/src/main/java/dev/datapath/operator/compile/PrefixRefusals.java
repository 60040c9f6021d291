package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.plan.BucketMatch;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Refusals by key prefix. A prefix is compared with the key in a request's address; keys in a body are not seen, so whoever refuses
 * a prefix has to refuse the requests that have them for the whole bucket, or know that they pass.
 */
final class PrefixRefusals {
    private static final Set<S3Operation> KEYS_IN_BODY = EnumSet.of(S3Operation.PostObject, S3Operation.DeleteObjects);

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
                                            + ", which have keys in their body: refuse these for the whole bucket, in a match of its own without"
                                            + " keyPrefix, or name in operations what this match is for");
                }
            }
        }
    }

    private static Set<S3Operation> among(Set<S3Operation> operations) {
        var without = EnumSet.copyOf(KEYS_IN_BODY);
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
        return operations.stream().map(Enum::name).collect(Collectors.joining(" and "));
    }
}
