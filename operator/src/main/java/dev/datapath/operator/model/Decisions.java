package dev.datapath.operator.model;

import dev.datapath.operator.text.VisibleText;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;

/**
 * The decisions of the operator for one DataPath. They are an input beside the objects that users declare. The order in which they are
 * given does not matter.
 *
 * <p>A new kind of decision is a further record that {@link Decision} permits.
 *
 * @param all at most {@link #MOST}, one for each subject, sorted by it
 */
public record Decisions(List<Decision> all) {
    private static final Comparator<Decision> BY_SUBJECT =
            Comparator.comparing(decision -> decision.subject().toString());

    /** Most decisions of one DataPath. With the bounds of texts, their record stays below 1 MiB, the size of a Kubernetes object. */
    public static final int MOST = 512;

    /** Characters of a name, the most that Kubernetes has for one. */
    public static final int LONGEST_NAME = 253;

    /** Characters of a reason; a longer one is cut. */
    public static final int LONGEST_REASON = 120;

    /** The longest time from a decision to its expiry. */
    public static final Duration LONGEST_LIFE = Duration.ofDays(7);

    /** Nothing was decided. */
    public static final Decisions NONE = new Decisions(List.of());

    /** @throws IllegalArgumentException for more than {@link #MOST}, or two about one subject */
    public Decisions {
        if (all.size() > MOST) {
            throw new IllegalArgumentException(
                    "there are " + all.size() + " decisions, and at most " + MOST + " may be");
        }
        var subjects = new HashSet<Subject>();
        for (var decision : all) {
            if (!subjects.add(decision.subject())) {
                throw new IllegalArgumentException("there are two decisions about " + decision.subject());
            }
        }
        all = all.stream().sorted(BY_SUBJECT).toList();
    }

    /** The thing that a decision is about: there is one decision for each at a time. */
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
     * @param percent of the weight that the StoragePool declares, 0 to 100, rounded to hundredths; nodes without a decision have 100.
     *     A node with 0 gets requests only when no other node can
     */
    public record NodeWeight(Node subject, double percent, Terms terms) implements Decision {
        /** @throws IllegalArgumentException for a percentage that is none */
        public NodeWeight {
            if (!(percent >= 0 && percent <= 100)) {
                throw new IllegalArgumentException("the weight of " + subject + " is " + percent
                        + " percent of what is declared, and must be 0 to 100");
            }
            percent = Math.round(percent * 100) / 100.0;
        }

        /** For people, such as {@code 0.1 %}. */
        public String share() {
            return BigDecimal.valueOf(percent).stripTrailingZeros().toPlainString() + " %";
        }
    }

    /**
     * Reason and duration of a decision.
     *
     * @param reason for people, in a few words without a dot at the end; cut after {@link #LONGEST_REASON} characters
     * @param decidedAt when it was decided
     * @param holdUntil before this time nothing is decided against it
     * @param expiresAt from this time on it is not in force, at most {@link #LONGEST_LIFE} after {@code decidedAt}. A
     *     decision that should last longer is renewed
     */
    public record Terms(String reason, Instant decidedAt, Instant holdUntil, Instant expiresAt) {
        /** @throws IllegalArgumentException for times in another order, or an expiry that is too far */
        public Terms {
            reason = shortened(VisibleText.of(reason));
            if (holdUntil.isBefore(decidedAt)
                    || expiresAt.isBefore(holdUntil)
                    || expiresAt.isAfter(decidedAt.plus(LONGEST_LIFE))) {
                throw new IllegalArgumentException("a decision of " + decidedAt + " is held until " + holdUntil
                        + " and expires at " + expiresAt + ": it must be held first, then expire, "
                        + LONGEST_LIFE.toDays() + " days after it was decided at the latest");
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
