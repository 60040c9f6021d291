package dev.datapath.operator.ca;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * A certificate with its private key.
 *
 * @param key never part of {@link #toString()}
 */
public record Credential(X509Certificate certificate, PrivateKey key) {

    /** When it was issued, to the second. */
    Instant begin() {
        return certificate.getNotBefore().toInstant().plus(X509.CLOCK_SKEW);
    }

    /** When it expires. */
    public Instant end() {
        return certificate.getNotAfter().toInstant();
    }

    /** Whether it is not valid yet: the clock was ahead when it was issued. */
    boolean early(Instant now) {
        return certificate.getNotBefore().toInstant().isAfter(now);
    }

    /** Whether it has expired. */
    boolean expired(Instant now) {
        return !end().isAfter(now);
    }

    @Override
    public String toString() {
        return "Credential[" + certificate.getSubjectX500Principal() + ", serial "
                + certificate.getSerialNumber().toString(16) + ", until " + end() + "]";
    }
}
