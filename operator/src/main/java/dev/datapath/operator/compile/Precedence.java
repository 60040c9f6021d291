package dev.datapath.operator.compile;

import dev.datapath.operator.model.Reason;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.text.Listing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What remains of the matches at each listener once those are gone that never apply, because earlier ones take all of
 * their requests.
 */
final class Precedence {
    /** Most rules of each kind that a message names. */
    private static final int MOST_RULES = 4;

    private final Map<Report, Fate> rules = new LinkedHashMap<>();
    private final Set<Conflict> conflicts = new HashSet<>();

    /** A match, for one of its buckets, that loses to a rule of another policy. Most do so at several listeners. */
    private record Conflict(Report match, BucketMatch bucket, Report winner, boolean same) {}

    /** Whether any match of a rule applies somewhere, and who took the others' requests, as nothing but the order of rules asks. */
    private static final class Fate {
        private boolean applies;
        private final Set<String> siblings = new TreeSet<>();
        private final Set<String> others = new TreeSet<>();

        String takenBy() {
            return Stream.of(
                            siblings.isEmpty()
                                    ? ""
                                    : Listing.of(List.copyOf(siblings), MOST_RULES) + " of the same policy",
                            Listing.of(List.copyOf(others), MOST_RULES, ", and by "))
                    .filter(text -> !text.isEmpty())
                    .collect(Collectors.joining(", and by "));
        }
    }

    private Precedence() {}

    /**
     * The matches that apply at each listener, in order; reports those that never do.
     *
     * @param ordered all matches, the one that wins first
     * @param listeners names of the listeners
     */
    static Map<String, List<Candidate>> resolve(List<Candidate> ordered, Set<String> listeners) {
        var resolution = new Precedence();
        var applying = new HashMap<String, List<Candidate>>();
        for (var listener : listeners) {
            applying.put(
                    listener,
                    resolution.at(ordered.stream()
                            .filter(candidate -> candidate.listeners().contains(listener))
                            .toList()));
        }
        resolution.rules.forEach((rule, fate) -> {
            if (!fate.applies) {
                rule.warning(
                        Reason.Invalid,
                        "the rule never applies, since all of its requests are taken by "
                                + fate.takenBy()
                                + ": put it before, make its matches more specific, or remove it");
            }
        });
        return applying;
    }

    private List<Candidate> at(List<Candidate> ordered) {
        var earlier = new EarlierMatches();
        var applying = new ArrayList<Candidate>();
        for (var candidate : ordered) {
            var winner = earlier.winnerOver(candidate);
            if (winner.isEmpty()) {
                earlier.add(candidate);
                applying.add(candidate);
                rules.computeIfAbsent(candidate.atRule(), rule -> new Fate()).applies = true;
            } else {
                report(candidate, winner.get());
            }
        }
        return applying;
    }

    private void report(Candidate loser, Candidate winner) {
        if (winner.policy().equals(loser.policy())) {
            rules.computeIfAbsent(loser.atRule(), rule -> new Fate()).siblings.add("rule " + winner.rule());
            return;
        }
        if (winner.namesListeners() && !loser.namesListeners()) {
            // No conflict: the winner is the more specific one, and the loser applies at other listeners.
            rules.computeIfAbsent(loser.atRule(), rule -> new Fate())
                    .others
                    .add(winner.describe() + ", which names its listeners");
            return;
        }
        // A rule that lost to another policy has its own finding.
        rules.computeIfAbsent(loser.atRule(), rule -> new Fate()).applies = true;
        boolean same = winner.covers(loser) && loser.covers(winner);
        if (!conflicts.add(new Conflict(loser.at(), loser.match().bucket(), winner.atRule(), same))) {
            return;
        }
        var bucket = switch (loser.match().bucket()) {
            case BucketMatch.Any any -> "";
            case BucketMatch.Exact(var name) -> " for bucket " + name;
            case BucketMatch.Prefix(var prefix) -> " for buckets " + prefix + "*";
        };
        if (same) {
            loser.at()
                    .error(
                            Reason.Conflicted,
                            winner.describe() + ", " + whyFirst(winner, loser) + ", matches the same requests" + bucket
                                    + ", so this match does not apply: make it more specific, or remove one of the two");
        } else {
            loser.at()
                    .warning(
                            Reason.Conflicted,
                            winner.describe() + " takes all of its requests" + bucket
                                    + ", so this match does not apply: make it more specific, or remove it");
        }
    }

    private static String whyFirst(Candidate winner, Candidate loser) {
        if (!winner.dropped().equals(loser.dropped())) {
            return "a deny with conditions that cannot be read";
        }
        return winner.policyCreated().isBefore(loser.policyCreated()) ? "which is older" : "which comes first by name";
    }
}
