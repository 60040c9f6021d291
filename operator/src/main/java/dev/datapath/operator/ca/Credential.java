package dev.datapath.operator.ca;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * A certificate with its private key.
 *
 * @param key never shown in the text form
 */
public record Credential(X509Certificate certificate, PrivateKey key) {

    /** When it was issued, to the second. */
    Instant begin() {
        return certificate.getNotBefore().toInstant().plus(X509.CLOCK_SKEW);
    }

    /** The last moment at which it is valid. */
    public Instant end() {
        return certificate.getNotAfter().toInstant();
    }

    /** Whether its validity begins later: the clock was ahead when it was issued. */
    boolean early(Instant now) {
        return certificate.getNotBefore().toInstant().isAfter(now);
    }

    /** Whether its validity is over. */
    boolean expired(Instant now) {
        return !end().isAfter(now);
    }

    @Override
    public String toString() {
        return "Credential[" + certificate.getSubjectX500Principal() + ", serial "
                + certificate.getSerialNumber().toString(16) + ", until " + end() + "]";
    }
}
