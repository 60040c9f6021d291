package dev.datapath.operator.ca;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Issues certificates with the current CA and decides when a certificate is renewed. */
public final class Issuer {
    private static final int DNS_NAME = 2;
    private static final int URI = 6;

    private final Lifetimes lifetimes;

    public Issuer(Lifetimes lifetimes) {
        this.lifetimes = lifetimes;
    }

    /**
     * Issues a new certificate with a new key.
     *
     * @throws IllegalArgumentException when there is no current CA
     */
    public Credential issue(AuthorityState state, Subject subject, Instant now) {
        var current = state.current();
        if (current == null) {
            throw new IllegalArgumentException("there is no current CA");
        }
        return X509.issue(current, subject, now, lifetimes.certificate());
    }

    /** Why this certificate must be renewed, for logs; null when it need not be. */
    public @Nullable String whyRenew(Credential held, AuthorityState state, Subject subject, Instant now) {
        if (!names(held.certificate(), subject).equals(subject.names())) {
            return "its names are not " + subject.names();
        }
        var current = state.current();
        if (current != null && !issued(current.certificate(), held.certificate())) {
            return "the CA was rotated";
        }
        if (held.early(now)) {
            return "it is not valid yet: the clock was ahead when it was issued";
        }
        if (!renewal(held).isAfter(now)) {
            return held.expired(now) ? "it has expired" : "it expires at " + held.end();
        }
        return null;
    }

    /** When the certificate is renewed: when a third of its lifetime is left. */
    public Instant renewal(Credential held) {
        var life = Duration.between(held.begin(), held.end());
        // The lifetime is shorter than configured when the CA expires sooner, and longer when the certificate was
        // issued with another setting.
        var shorter = life.compareTo(lifetimes.certificate()) < 0 ? life : lifetimes.certificate();
        return held.end().minus(Lifetimes.renewalMargin(shorter));
    }

    private static boolean issued(X509Certificate authority, X509Certificate certificate) {
        try {
            certificate.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static List<String> names(X509Certificate certificate, Subject subject) {
        Integer kind = subject.role() == Subject.Role.GATEWAY ? URI : DNS_NAME;
        try {
            var names = Objects.requireNonNullElse(certificate.getSubjectAlternativeNames(), List.<List<?>>of());
            return names.stream()
                    .filter(name -> name.get(0).equals(kind))
                    .map(name -> String.valueOf(name.get(1)))
                    .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }
}
