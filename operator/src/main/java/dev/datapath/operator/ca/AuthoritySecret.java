package dev.datapath.operator.ca;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The CAs as the data of a Secret: {@code current.crt}, {@code current.key}; {@code next.crt}, {@code next.key} and
 * {@code next.announced}, a timestamp; {@code previous.crt} with {@code previous.until}, one timestamp per line.
 */
public final class AuthoritySecret {
    private static final String CURRENT = "current";
    private static final String NEXT = "next";
    private static final String ANNOUNCED = "next.announced";
    private static final String PREVIOUS = "previous.crt";
    private static final String UNTIL = "previous.until";

    private AuthoritySecret() {}

    /**
     * The result of {@link #read}.
     *
     * @param state the usable parts
     * @param problems the unusable parts, each with its key in the Secret and the consequence; empty when all parts are usable
     */
    public record Reading(AuthorityState state, List<String> problems) {
        public Reading {
            problems = List.copyOf(problems);
        }
    }

    /** The data of the Secret, sorted: equal states give equal data. */
    public static SortedMap<String, String> write(AuthorityState state) {
        var data = new TreeMap<String, String>();
        var current = state.current();
        if (current != null) {
            put(data, CURRENT, current);
        }
        var next = state.next();
        if (next != null) {
            put(data, NEXT, next.credential());
            if (next.announced() != null) {
                data.put(ANNOUNCED, next.announced().toString());
            }
        }
        if (!state.previous().isEmpty()) {
            data.put(
                    PREVIOUS,
                    Pem.write(state.previous().stream()
                            .map(AuthorityState.Previous::certificate)
                            .toList()));
            data.put(
                    UNTIL,
                    String.join(
                            "\n",
                            state.previous().stream()
                                    .map(authority -> authority.until().toString())
                                    .toList()));
        }
        return data;
    }

    /**
     * Reads the data of the Secret. Usable parts stay in use when other parts are invalid. Certificates of a current CA without its
     * key stay trusted.
     */
    public static Reading read(Map<String, String> data) {
        var problems = new ArrayList<String>();
        var previous = new ArrayList<AuthorityState.Previous>();
        var current = credential(data, CURRENT, problems, "a new CA replaces it");
        if (current == null) {
            certificates(data, CURRENT + ".crt").stream()
                    .filter(AuthoritySecret::isAuthority)
                    .forEach(certificate -> previous.add(trustedToItsEnd(certificate)));
        }
        var credential = credential(data, NEXT, problems, "another one will be created");
        var next = credential == null ? null : new AuthorityState.Next(credential, time(data.get(ANNOUNCED)));
        previous.addAll(previous(data, problems));
        return new Reading(new AuthorityState(current, next, previous), problems);
    }

    private static void put(Map<String, String> data, String name, Credential credential) {
        data.put(name + ".crt", Pem.write(List.of(credential.certificate())));
        data.put(name + ".key", Pem.write(credential.key()));
    }

    private static @Nullable Credential credential(
            Map<String, String> data, String name, List<String> problems, String consequence) {
        var certificate = data.get(name + ".crt");
        var key = data.get(name + ".key");
        if (certificate == null && key == null) {
            return null;
        }
        try {
            if (certificate == null || key == null) {
                throw new GeneralSecurityException("one of them is missing");
            }
            var credential = Pem.credential(certificate, key);
            if (!isAuthority(credential.certificate())) {
                throw new GeneralSecurityException("the certificate is not a CA certificate");
            }
            return credential;
        } catch (GeneralSecurityException e) {
            problems.add("%s.crt and %s.key cannot be used: %s; %s".formatted(name, name, e.getMessage(), consequence));
            return null;
        }
    }

    private static List<AuthorityState.Previous> previous(Map<String, String> data, List<String> problems) {
        var text = data.get(PREVIOUS);
        if (text == null) {
            return List.of();
        }
        var times = data.getOrDefault(UNTIL, "").lines().toList();
        var previous = new ArrayList<AuthorityState.Previous>();
        var certificates = certificates(data, PREVIOUS);
        for (int i = 0; i < certificates.size(); i++) {
            var until = i < times.size() ? time(times.get(i)) : null;
            var certificate = certificates.get(i);
            previous.add(
                    until == null ? trustedToItsEnd(certificate) : new AuthorityState.Previous(certificate, until));
        }
        if (previous.isEmpty()) {
            problems.add(PREVIOUS + " cannot be read: gateways with certificates from before the last rotation of the"
                    + " CA are rejected until they have new ones");
        }
        return previous;
    }

    /** It is unknown when this CA issued its last certificate, so it is trusted until it expires. */
    private static AuthorityState.Previous trustedToItsEnd(X509Certificate certificate) {
        return new AuthorityState.Previous(
                certificate, certificate.getNotAfter().toInstant());
    }

    private static boolean isAuthority(X509Certificate certificate) {
        return certificate.getBasicConstraints() >= 0;
    }

    private static List<X509Certificate> certificates(Map<String, String> data, String key) {
        try {
            return Pem.certificates(data.getOrDefault(key, ""));
        } catch (GeneralSecurityException e) {
            return List.of();
        }
    }

    private static @Nullable Instant time(@Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text.strip());
        } catch (DateTimeException e) {
            return null;
        }
    }
}
