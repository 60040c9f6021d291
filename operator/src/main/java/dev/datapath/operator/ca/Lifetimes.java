package dev.datapath.operator.ca;

import java.time.Duration;

/**
 * How long things are good for. Certificates are renewed when a third of the time is left. The next authority is introduced then, too, and
 * one and a half lives of a certificate before the end of the current one at the latest.
 *
 * @param authority how long an authority is valid; at least three times as long as a certificate
 * @param certificate how long a certificate is valid; at least three times as long as the propagation
 * @param propagation the longest time from a Secret's change until all that read it have taken it over. Kubelet takes up to
 *     a minute and a half.
 */
public record Lifetimes(Duration authority, Duration certificate, Duration propagation) {

    private static final int PARTS = 3;
    private static final Duration MAX_PROPAGATION = Duration.ofHours(1);

    /** @throws IllegalArgumentException when there is no time for an orderly rotation; says what to change */
    public Lifetimes {
        if (propagation.isNegative() || propagation.isZero()) {
            throw new IllegalArgumentException("the propagation time must be positive, not " + propagation);
        }
        if (certificate.compareTo(propagation.multipliedBy(PARTS)) < 0) {
            throw new IllegalArgumentException("the certificate lifetime of " + certificate
                    + " is too short: use at least " + propagation.multipliedBy(PARTS));
        }
        if (authority.compareTo(certificate.multipliedBy(PARTS)) < 0) {
            throw new IllegalArgumentException("the authority lifetime of " + authority
                    + " is too short for certificates of " + certificate + ": use at least "
                    + certificate.multipliedBy(PARTS));
        }
    }

    /** Leaves a quarter of a certificate's life, and at most an hour, for propagation. */
    public static Lifetimes of(Duration authority, Duration certificate) {
        var quarter = certificate.dividedBy(4);
        return new Lifetimes(
                authority, certificate, quarter.compareTo(MAX_PROPAGATION) < 0 ? quarter : MAX_PROPAGATION);
    }

    /** What is left of a life when its successor is due. */
    static Duration renewalMargin(Duration life) {
        return life.dividedBy(PARTS);
    }
}
