package dev.datapath.operator.model;

import dev.datapath.operator.text.VisibleText;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;

/**
 * The decisions of the operator for one DataPath. They are an input in addition to the objects that users declare. The
 * order of the given list does not matter.
 *
 * <p>A new kind of decision is a further record that {@link Decision} permits.
 *
 * @param all at most {@link #MOST}, one for each subject, sorted by subject
 */
public record Decisions(List<Decision> all) {
    private static final Comparator<Decision> BY_SUBJECT =
            Comparator.comparing(decision -> decision.subject().toString());

    /**
     * Maximum number of decisions of one DataPath. Together with the bounds of texts, it keeps their record below 1
     * MiB, the size of a Kubernetes object.
     */
    public static final int MOST = 512;

    /** Maximum characters of a name, as in Kubernetes. */
    public static final int LONGEST_NAME = 253;

    /** Maximum characters of a reason; a longer one is truncated. */
    public static final int LONGEST_REASON = 120;

    /** The longest time from a decision to its expiry. */
    public static final Duration LONGEST_LIFE = Duration.ofDays(7);

    /** No decisions. */
    public static final Decisions NONE = new Decisions(List.of());

    /** @throws IllegalArgumentException for more than {@link #MOST} decisions, or for two decisions on one subject */
    public Decisions {
        if (all.size() > MOST) {
            throw new IllegalArgumentException(
                    "there are " + all.size() + " decisions, at most " + MOST + " are allowed");
        }
        var subjects = new HashSet<Subject>();
        for (var decision : all) {
            if (!subjects.add(decision.subject())) {
                throw new IllegalArgumentException("there are two decisions on " + decision.subject());
            }
        }
        all = all.stream().sorted(BY_SUBJECT).toList();
    }

    /** The subject of a decision. Each subject has at most one decision at a time. */
    public sealed interface Subject permits Node {}

    /** A node of a pool. */
    public record Node(String pool, String name) implements Subject {
        /** @throws IllegalArgumentException for an empty name, or one of more than {@link #LONGEST_NAME} characters */
        public Node {
            requireName("pool", pool);
            requireName("node", name);
        }

        @Override
        public String toString() {
            return "node " + name + " of pool " + pool;
        }
    }

    /** One decision. */
    public sealed interface Decision permits NodeWeight {
        Subject subject();

        Terms terms();
    }

    /**
     * The share of a node.
     *
     * @param subject the node
     * @param percent percent of the weight that the StoragePool declares, 0 to 100, rounded to hundredths; nodes
     * without a decision have 100. A node with 0 receives requests only when no other node can
     */
    public record NodeWeight(Node subject, double percent, Terms terms) implements Decision {
        /** @throws IllegalArgumentException for a percentage outside 0 to 100 */
        public NodeWeight {
            if (!(percent >= 0 && percent <= 100)) {
                throw new IllegalArgumentException("the weight of " + subject + " is " + percent
                        + " percent of what is declared, and must be 0 to 100");
            }
            percent = Math.round(percent * 100) / 100.0;
        }

        /** The share as text, such as {@code 0.1 %}. */
        public String share() {
            return BigDecimal.valueOf(percent).stripTrailingZeros().toPlainString() + " %";
        }
    }

    /**
     * Reason and duration of a decision.
     *
     * @param reason a short phrase without a full stop; truncated after {@link #LONGEST_REASON} characters
     * @param decidedAt time of the decision
     * @param holdUntil before this time the decision is not reversed
     * @param expiresAt from this time on the decision is not in force; at most {@link #LONGEST_LIFE} after {@code
     * decidedAt}. A decision that should last longer is renewed
     */
    public record Terms(String reason, Instant decidedAt, Instant holdUntil, Instant expiresAt) {
        /** @throws IllegalArgumentException if the times are in a different order, or the expiry is too late */
        public Terms {
            reason = shortened(VisibleText.of(reason));
            if (holdUntil.isBefore(decidedAt)
                    || expiresAt.isBefore(holdUntil)
                    || expiresAt.isAfter(decidedAt.plus(LONGEST_LIFE))) {
                throw new IllegalArgumentException("a decision of " + decidedAt + " is held until " + holdUntil
                        + " and expires at " + expiresAt
                        + ": the hold time must end before the expiry, and the expiry must be at most "
                        + LONGEST_LIFE.toDays() + " days after the decision");
            }
        }

        /** Whether it is in force. */
        public boolean inForce(Instant now) {
            return now.isBefore(expiresAt);
        }

        private static String shortened(String text) {
            return text.codePointCount(0, text.length()) <= LONGEST_REASON
                    ? text
                    : text.substring(0, text.offsetByCodePoints(0, LONGEST_REASON - 1)) + "…";
        }
    }

    private static void requireName(String what, String name) {
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException("the name of a " + what + " has " + name.length()
                    + " characters, and must have 1 to " + LONGEST_NAME);
        }
    }
}
