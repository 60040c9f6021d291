package dev.datapath.operator.xds;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * A name in a certificate (RFC 5280, section 4.2.1.6).
 *
 * @param kind the type of the value
 * @param value the name as written in the certificate
 */
public record SubjectAlternativeName(Kind kind, String value) {
    /** The types that are read; others are ignored. */
    public enum Kind {
        DNS,
        URI
    }

    /** The names of a certificate; none when they cannot be parsed. */
    static List<SubjectAlternativeName> of(X509Certificate certificate) {
        var names = new ArrayList<SubjectAlternativeName>();
        try {
            var entries = certificate.getSubjectAlternativeNames();
            if (entries == null) {
                return List.of();
            }
            for (var entry : entries) {
                switch ((Integer) entry.get(0)) {
                    case 2 -> names.add(new SubjectAlternativeName(Kind.DNS, (String) entry.get(1)));
                    case 6 -> names.add(new SubjectAlternativeName(Kind.URI, (String) entry.get(1)));
                    default -> {}
                }
            }
        } catch (CertificateParsingException e) {
            return List.of();
        }
        return List.copyOf(names);
    }
}
