package dev.datapath.operator.admission;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds the known word that is closest to a misspelled one. */
public final class Spelling {
    private static final int LONGEST = 64;
    private static final int LISTED = 20;

    private Spelling() {}

    /**
     * The closest of the known words: equal but for letter case, or at most a third of the letters inserted, deleted, changed or
     * swapped with the next one. Ties go to the first in alphabetical order.
     */
    public static Optional<String> closest(String word, Collection<String> known) {
        String wanted = word.toLowerCase(Locale.ROOT);
        if (wanted.length() > LONGEST) {
            return Optional.empty();
        }
        int tolerated = Math.max(1, wanted.length() / 3);
        return known.stream()
                .filter(candidate -> Math.abs(candidate.length() - wanted.length()) <= tolerated)
                .filter(candidate -> distance(wanted, candidate.toLowerCase(Locale.ROOT)) <= tolerated)
                .min(Comparator.<String>comparingInt(candidate -> distance(wanted, candidate.toLowerCase(Locale.ROOT)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /**
     * "did you mean X?" when a known word is close, and the allowed words. A list of more than {@value #LISTED} words is omitted
     * when a known word is close.
     */
    public static String remedy(String word, Collection<String> known) {
        String list = known.stream().limit(LISTED).collect(Collectors.joining(", "))
                + (known.size() > LISTED ? " and " + (known.size() - LISTED) + " more" : "");
        return closest(word, known)
                .map(match -> "did you mean " + match + "?" + (known.size() > LISTED ? "" : " Allowed: " + list))
                .orElse((known.size() == 1 ? "write " : "write one of ") + list);
    }

    /** Optimal string alignment distance. */
    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                cost[i][j] = Math.min(Math.min(cost[i - 1][j] + 1, cost[i][j - 1] + 1), cost[i - 1][j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
