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

/** Removes matches that never apply at a listener, because earlier matches cover all of their requests. */
final class Precedence {
    /** Maximum number of rules of each kind in a message. */
    private static final int MAX_RULES = 4;

    private final Map<Report, Outcome> rules = new LinkedHashMap<>();
    private final Set<Conflict> conflicts = new HashSet<>();

    /** A match, for one of its buckets, that loses to a rule of another policy. Most do so at several listeners. */
    private record Conflict(Report match, BucketMatch bucket, Report winner, boolean same) {}

    /** Whether a match of a rule applies at any listener, and the rules that cover its other matches. */
    private static final class Outcome {
        private boolean applies;
        private final Set<String> siblings = new TreeSet<>();
        private final Set<String> others = new TreeSet<>();

        String winners() {
            return Stream.of(
                            siblings.isEmpty()
                                    ? ""
                                    : Listing.of(List.copyOf(siblings), MAX_RULES) + " of the same policy",
                            Listing.of(List.copyOf(others), MAX_RULES, ", and by "))
                    .filter(text -> !text.isEmpty())
                    .collect(Collectors.joining(", and by "));
        }
    }

    private Precedence() {}

    /**
     * The matches that apply at each listener, in order. Rules that never apply are reported.
     *
     * @param ordered all matches, the one with the highest precedence first
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
        resolution.rules.forEach((rule, outcome) -> {
            if (!outcome.applies) {
                rule.warning(
                        Reason.Invalid,
                        "the rule never applies, because all of its requests are matched by "
                                + outcome.winners()
                                + ": move it before that rule, make its matches more specific, or remove it");
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
                rules.computeIfAbsent(candidate.atRule(), rule -> new Outcome()).applies = true;
            } else {
                report(candidate, winner.get());
            }
        }
        return applying;
    }

    private void report(Candidate loser, Candidate winner) {
        if (winner.policy().equals(loser.policy())) {
            rules.computeIfAbsent(loser.atRule(), rule -> new Outcome())
                    .siblings
                    .add("rule " + winner.rule());
            return;
        }
        if (winner.namesListeners() && !loser.namesListeners()) {
            // No conflict: the winner is the more specific one, and the loser applies at other listeners.
            rules.computeIfAbsent(loser.atRule(), rule -> new Outcome())
                    .others
                    .add(winner.describe() + ", which lists its listeners");
            return;
        }
        // A rule that loses to another policy is reported below.
        rules.computeIfAbsent(loser.atRule(), rule -> new Outcome()).applies = true;
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
                            winner.describe() + " matches all of its requests" + bucket
                                    + ", so this match does not apply: make it more specific, or remove it");
        }
    }

    private static String whyFirst(Candidate winner, Candidate loser) {
        if (!winner.dropped().equals(loser.dropped())) {
            return "a deny with invalid conditions";
        }
        return winner.policyCreated().isBefore(loser.policyCreated()) ? "which is older" : "which comes first by name";
    }
}
