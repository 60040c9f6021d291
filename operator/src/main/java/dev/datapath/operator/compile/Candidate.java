package dev.datapath.operator.compile;

import dev.datapath.operator.compile.MatchCompiler.Dropped;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.net.Cidr;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.CredentialCondition.AccessKeys;
import dev.datapath.operator.plan.MatchPlan;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * A match that may apply at some listeners, with the values that decide its precedence.
 *
 * @param match the compiled match
 * @param sources its parsed client networks
 * @param listeners names of the listeners that it applies to
 * @param namesListeners whether it lists listeners, which counts as one condition
 * @param dropped conditions of a deny that could not be parsed. They count as the most specific ones of their kind, because a deny
 *     must not lose to a rule that it would win over
 * @param policyCreated creation time of its policy
 * @param policy its policy
 * @param rule name of its rule
 * @param position position in the policy: of the rule, the match, and the bucket
 * @param at report for the path of the match
 * @param atRule report for the path of its rule
 */
record Candidate(
        MatchPlan match,
        List<Cidr> sources,
        Set<String> listeners,
        boolean namesListeners,
        Dropped dropped,
        Instant policyCreated,
        ObjectKey policy,
        String rule,
        Position position,
        Report at,
        Report atRule) {

    /**
     * The order of precedence, winner first (api.md, "Which rule wins"): exact bucket, then the longest bucket prefix, then any;
     * the longer key prefix; fewer operations; more of the other conditions (each header counts, listeners, client
     * networks and access keys count once each); the older policy; its namespace and name; the order within it. The order in which objects are listed has no
     * effect.
     */
    static final Comparator<Candidate> PRECEDENCE = Comparator.comparingInt(Candidate::bucketSpecificity)
            .thenComparing(Candidate::mayNameAnyBucket)
            .thenComparingInt(Candidate::keySpecificity)
            .reversed()
            .thenComparingInt(Candidate::operationCount)
            .thenComparing(Comparator.comparingInt(Candidate::otherConditions).reversed())
            .thenComparing(Candidate::policyCreated)
            .thenComparing(Candidate::policy)
            .thenComparing(Candidate::position);

    /**
     * Position of a match in its policy.
     *
     * @param part of the match: the denials of {@code authentication} precede the rule itself
     */
    record Position(int rule, int match, int bucket, int part) implements Comparable<Position> {
        @Override
        public int compareTo(Position other) {
            int byRule = Integer.compare(rule, other.rule);
            if (byRule != 0) {
                return byRule;
            }
            int byMatch = Integer.compare(match, other.match);
            if (byMatch != 0) {
                return byMatch;
            }
            int byBucket = Integer.compare(bucket, other.bucket);
            return byBucket != 0 ? byBucket : Integer.compare(part, other.part);
        }
    }

    /** Whether this one matches every request that the other one matches at a common listener. */
    boolean covers(Candidate other) {
        return match.bucket().covers(other.match.bucket())
                && other.match.keyPrefix().startsWith(match.keyPrefix())
                && (match.operations().isEmpty()
                        || !other.match.operations().isEmpty()
                                && match.operations().containsAll(other.match.operations()))
                && other.match.headers().containsAll(match.headers())
                && other.match.credentials().containsAll(match.credentials())
                && (sources.isEmpty()
                        || !other.sources.isEmpty()
                                && other.sources.stream()
                                        .allMatch(narrow -> sources.stream().anyMatch(wide -> wide.covers(narrow))));
    }

    /** {@code RoutingPolicy namespace/name rule name}. */
    String describe() {
        return "rule " + rule + " of RoutingPolicy " + policy;
    }

    /** A copy for another bucket. */
    Candidate at(BucketMatch bucket) {
        return new Candidate(
                match.of(bucket),
                sources,
                listeners,
                namesListeners,
                dropped,
                policyCreated,
                policy,
                rule,
                position,
                at,
                atRule);
    }

    /** A copy for every request for any bucket at these listeners, with precedence over all others for any bucket. */
    Candidate ofAnyBucket(Set<String> everyListener) {
        return new Candidate(
                new MatchPlan(match.rule(), new BucketMatch.Any(), "", Set.of(), List.of(), List.of(), List.of()),
                List.of(),
                everyListener,
                false,
                Dropped.everythingBut(true),
                policyCreated,
                policy,
                rule,
                position,
                at,
                atRule);
    }

    private int bucketSpecificity() {
        return switch (match.bucket()) {
            case BucketMatch.Exact exact -> Integer.MAX_VALUE;
            case BucketMatch.Prefix(var prefix) -> prefix.length();
            case BucketMatch.Any any -> -1;
        };
    }

    /** Whether the bucket could not be parsed. It might be the exact name of a bucket that no rule lists. */
    private boolean mayNameAnyBucket() {
        return dropped.bucket() && !(match.bucket() instanceof BucketMatch.Exact);
    }

    private int keySpecificity() {
        return dropped.keyPrefix() ? Integer.MAX_VALUE : match.keyPrefix().length();
    }

    private int operationCount() {
        if (dropped.operations()) {
            return 0;
        }
        return match.operations().isEmpty()
                ? Integer.MAX_VALUE
                : match.operations().size();
    }

    private int otherConditions() {
        // What a rule denies by authentication has the rank of the rule itself.
        boolean namesKeys = match.credentials().stream().anyMatch(AccessKeys.class::isInstance);
        return match.headers().size()
                + (sources.isEmpty() ? 0 : 1)
                + (namesKeys ? 1 : 0)
                + (namesListeners ? 1 : 0)
                + dropped.others();
    }
}
