package dev.datapath.operator.compile;

import dev.datapath.operator.compile.MatchCompiler.Dropped;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.net.Cidr;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.MatchPlan;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * A match that may apply at some listeners, and what decides whether it comes before others.
 *
 * @param match what it says
 * @param sources its client networks, parsed
 * @param listeners names of the listeners it is for
 * @param namesListeners whether it names listeners, which is a condition like the others
 * @param dropped conditions of a deny that could not be read: they count as the most specific ones of their kind, because a
 *     deny must not lose to a rule that it would win over
 * @param policyCreated age of its policy
 * @param policy its policy
 * @param rule name of its rule
 * @param position place within the policy: of the rule, the match, and the bucket
 * @param at where findings about the match belong
 * @param atRule where findings about its rule belong
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
     * Which of two matches wins (api.md, "Which rule wins"): exact bucket, then the longest bucket prefix, then any; the
     * longer key prefix; fewer operations; more of the other conditions (each header counts, listeners and client
     * networks count once each); the older policy; its namespace and name; the order within it. Nothing here depends on
     * the order in which objects are listed.
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

    /** Place of a match within its policy. */
    record Position(int rule, int match, int bucket) implements Comparable<Position> {
        @Override
        public int compareTo(Position other) {
            int byRule = Integer.compare(rule, other.rule);
            if (byRule != 0) {
                return byRule;
            }
            int byMatch = Integer.compare(match, other.match);
            return byMatch != 0 ? byMatch : Integer.compare(bucket, other.bucket);
        }
    }

    /** Whether every request that the other takes at a listener of both is taken by this one. */
    boolean covers(Candidate other) {
        return match.bucket().covers(other.match.bucket())
                && other.match.keyPrefix().startsWith(match.keyPrefix())
                && (match.operations().isEmpty()
                        || !other.match.operations().isEmpty()
                                && match.operations().containsAll(other.match.operations()))
                && other.match.headers().containsAll(match.headers())
                && (sources.isEmpty()
                        || !other.sources.isEmpty()
                                && other.sources.stream()
                                        .allMatch(narrow -> sources.stream().anyMatch(wide -> wide.covers(narrow))));
    }

    /** {@code RoutingPolicy namespace/name rule name}. */
    String describe() {
        return "rule " + rule + " of RoutingPolicy " + policy;
    }

    /** The same for another bucket. */
    Candidate at(BucketMatch bucket) {
        return new Candidate(
                new MatchPlan(
                        match.rule(),
                        bucket,
                        match.keyPrefix(),
                        match.operations(),
                        match.headers(),
                        match.sourceCidrs()),
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

    /** The same for every request for any bucket at these listeners, before all others of any bucket. */
    Candidate ofAnyBucket(Set<String> everyListener) {
        return new Candidate(
                new MatchPlan(match.rule(), new BucketMatch.Any(), "", Set.of(), List.of(), List.of()),
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

    /** Whether the bucket that could not be read may be any of those that no rule names, and would be matched exactly. */
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
        return match.headers().size() + (sources.isEmpty() ? 0 : 1) + (namesListeners ? 1 : 0) + dropped.others();
    }
}
