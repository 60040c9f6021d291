package dev.datapath.operator.ca;

import java.time.Duration;

/**
 * Lifetimes of CAs and certificates. Certificates are renewed when a third of their lifetime is left. The next CA is introduced
 * when a third of the current CA's lifetime is left, or one and a half certificate lifetimes before its end if that is earlier.
 *
 * @param authority how long a CA is valid; at least three times as long as a certificate
 * @param certificate how long a certificate is valid; at least three times as long as the propagation
 * @param propagation the longest time from a change of a Secret until all its readers use it; kubelet takes up to 90 seconds
 */
public record Lifetimes(Duration authority, Duration certificate, Duration propagation) {

    private static final int PARTS = 3;
    private static final Duration MAX_PROPAGATION = Duration.ofHours(1);

    /** @throws IllegalArgumentException when there is no time for an orderly rotation; the message names the setting to change */
    public Lifetimes {
        if (propagation.isNegative() || propagation.isZero()) {
            throw new IllegalArgumentException("the propagation time must be positive, not " + propagation);
        }
        if (certificate.compareTo(propagation.multipliedBy(PARTS)) < 0) {
            throw new IllegalArgumentException("the certificate lifetime of " + certificate
                    + " is too short: use at least " + propagation.multipliedBy(PARTS));
        }
        if (authority.compareTo(certificate.multipliedBy(PARTS)) < 0) {
            throw new IllegalArgumentException("the CA lifetime of " + authority
                    + " is too short for certificates of " + certificate + ": use at least "
                    + certificate.multipliedBy(PARTS));
        }
    }

    /** Lifetimes with a propagation time of a quarter of a certificate's lifetime, at most one hour. */
    public static Lifetimes of(Duration authority, Duration certificate) {
        var quarter = certificate.dividedBy(4);
        return new Lifetimes(
                authority, certificate, quarter.compareTo(MAX_PROPAGATION) < 0 ? quarter : MAX_PROPAGATION);
    }

    /** The remaining lifetime at which the successor is due. */
    static Duration renewalMargin(Duration life) {
        return life.dividedBy(PARTS);
    }
}
