package dev.datapath.operator.ca;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Issues certificates with the current authority, and says when another one is due. */
public final class Issuer {
    private static final int DNS_NAME = 2;
    private static final int URI = 6;

    private final Lifetimes lifetimes;

    public Issuer(Lifetimes lifetimes) {
        this.lifetimes = lifetimes;
    }

    /**
     * A new certificate with a new key.
     *
     * @throws IllegalArgumentException when there is no current authority
     */
    public Credential issue(AuthorityState state, Subject subject, Instant now) {
        var current = state.current();
        if (current == null) {
            throw new IllegalArgumentException("there is no authority that can issue");
        }
        return X509.issue(current, subject, now, lifetimes.certificate());
    }

    /** Why another certificate should take the place of this one, for people; null when it should not. */
    public @Nullable String whyRenew(Credential held, AuthorityState state, Subject subject, Instant now) {
        if (!names(held.certificate(), subject).equals(subject.names())) {
            return "it is for others than " + subject.names();
        }
        var current = state.current();
        if (current != null && !issued(current.certificate(), held.certificate())) {
            return "another authority issues now";
        }
        if (held.early(now)) {
            return "it is not valid yet: the clock was ahead when it was issued";
        }
        if (!renewal(held).isAfter(now)) {
            return held.expired(now) ? "it has expired" : "it comes to its end at " + held.end();
        }
        return null;
    }

    /** When a third of its life is left. */
    public Instant renewal(Credential held) {
        var life = Duration.between(held.begin(), held.end());
        // Shorter than asked for when the authority ends sooner; longer when it was issued under another setting.
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
