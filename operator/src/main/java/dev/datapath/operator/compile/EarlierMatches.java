package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.net.Cidr;
import dev.datapath.operator.plan.BucketMatch;
import dev.datapath.operator.plan.CredentialCondition;
import dev.datapath.operator.plan.MatchPlan.HeaderValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The matches that already apply at a listener, indexed to find those that a later match loses to.
 *
 * <p>In the order of precedence, a match that covers a later one has the same bucket, key prefix and operations, and either the
 * same headers or one fewer. With two fewer it would have fewer conditions in total (listeners count as one) and come later. So a
 * few look-ups suffice. Comparing all pairs would take a second for thousands of rules.
 */
final class EarlierMatches {
    /** Maximum number of matches with the same client network that are compared. More do not occur in practice. */
    private static final int MAX_COMPARED = 64;

    private record Key(
            BucketMatch bucket,
            String keyPrefix,
            Set<S3Operation> operations,
            List<HeaderValue> headers,
            List<CredentialCondition> credentials) {}

    private record Ranked(int rank, Candidate candidate) {}

    /** Matches that differ only in their client networks. */
    private static final class Peers {
        private final List<Ranked> ofAnySource = new ArrayList<>();
        private final Map<Cidr, List<Ranked>> bySource = new HashMap<>();
        private final TreeSet<Integer> prefixLengths = new TreeSet<>();
    }

    private final Map<Key, Peers> peers = new HashMap<>();
    private int size;

    void add(Candidate candidate) {
        var ranked = new Ranked(size++, candidate);
        var group = peers.computeIfAbsent(key(candidate, candidate.match().headers()), key -> new Peers());
        if (candidate.sources().isEmpty()) {
            group.ofAnySource.add(ranked);
        }
        for (var source : candidate.sources()) {
            group.bySource.computeIfAbsent(source, key -> new ArrayList<>()).add(ranked);
            group.prefixLengths.add(source.prefixLength());
        }
    }

    /** The first match that covers the candidate. */
    Optional<Candidate> winnerOver(Candidate candidate) {
        var headers = candidate.match().headers();
        var found = new ArrayList<Ranked>();
        collect(candidate, headers, found);
        for (int i = 0; i < headers.size(); i++) {
            var fewer = new ArrayList<>(headers);
            fewer.remove(i);
            collect(candidate, fewer, found);
        }
        return found.stream()
                .min((left, right) -> Integer.compare(left.rank, right.rank))
                .map(Ranked::candidate);
    }

    private void collect(Candidate candidate, List<HeaderValue> headers, List<Ranked> found) {
        var group = peers.get(key(candidate, headers));
        if (group == null) {
            return;
        }
        group.ofAnySource.stream().limit(1).forEach(found::add);
        // A match that covers all networks of the candidate has a network that contains the first of them.
        candidate.sources().stream()
                .limit(1)
                .flatMap(source -> around(source, group))
                .filter(ranked -> ranked.candidate.covers(candidate))
                .forEach(found::add);
    }

    private static Stream<Ranked> around(Cidr source, Peers group) {
        return group.prefixLengths.headSet(source.prefixLength(), true).stream()
                .flatMap(length -> group.bySource.getOrDefault(source.within(length), List.of()).stream()
                        .limit(MAX_COMPARED));
    }

    private static Key key(Candidate candidate, List<HeaderValue> headers) {
        var match = candidate.match();
        return new Key(match.bucket(), match.keyPrefix(), match.operations(), headers, match.credentials());
    }
}
