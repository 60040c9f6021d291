package dev.datapath.operator.tls;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/** Reads X.509 certificates from PEM text. */
public final class CertificateText {
    private static final Set<String> LABELS = Set.of("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE");
    /** RFC 7468, 6. */
    private static final String REVOCATION_LIST = "X509 CRL";
    /** GeneralName's dNSName and iPAddress, RFC 5280, 4.2.1.6. */
    private static final int DNS_NAME = 2;

    private static final int IP_ADDRESS = 7;

    /** Index in {@link X509Certificate#getKeyUsage}, RFC 5280, 4.2.1.3. */
    private static final int DIGITAL_SIGNATURE = 0;
    /** {@code anyExtendedKeyUsage}, RFC 5280, 4.2.1.12. */
    private static final String ANY_PURPOSE = "2.5.29.37.0";
    /** RFC 7633. */
    private static final String TLS_FEATURE = "1.3.6.1.5.5.7.1.24";

    /** RFC 1035, 2.3.4. */
    private static final int MOST_NAME = 253;
    /**
     * Allows underscores, which are not valid in host names but are in use. An IP address is not a server name (RFC
     * 6066, 3).
     */
    private static final Pattern SERVER_NAME =
            Pattern.compile("(?![0-9.]+$)(\\*\\.)?[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*");

    private CertificateText() {}

    /** Every certificate of a text, in order; other blocks are skipped. */
    public static List<X509Certificate> certificates(String pem) throws UnusableMaterial {
        var certificates = new ArrayList<X509Certificate>();
        for (var block : PemBlock.parse(pem)) {
            if (LABELS.contains(block.label())) {
                certificates.add(certificate(block.der()));
            }
        }
        if (certificates.isEmpty()) {
            throw new UnusableMaterial("it contains no PEM block CERTIFICATE");
        }
        return certificates;
    }

    /**
     * The parts of a text that {@link #certificates} skips although its owner may rely on them: unreadable blocks, such
     * as a truncated certificate. Each is a sentence part such as {@code 2 PEM blocks without END line: copy the whole
     * text}.
     */
    public static List<String> unreadable(String pem) throws UnusableMaterial {
        return unreadable(PemBlock.read(pem).unread());
    }

    private static List<String> unreadable(int unread) {
        return unread == 0
                ? List.of()
                : List.of(counted(unread, "PEM block") + " without END line: copy the whole text");
    }

    /**
     * The unreadable parts of a text with CA certificates, and its other blocks. Revocation lists are not checked, so a
     * certificate on such a list is trusted.
     */
    public static List<String> leftOut(String pem) throws UnusableMaterial {
        var read = PemBlock.read(pem);
        var counts = new TreeMap<String, Integer>();
        for (var block : read.blocks()) {
            if (!LABELS.contains(block.label())) {
                counts.merge(block.label(), 1, Integer::sum);
            }
        }
        var parts = new ArrayList<>(unreadable(read.unread()));
        counts.forEach((label, count) -> parts.add(counted(count, "PEM block") + " " + label
                + (label.equals(REVOCATION_LIST)
                        ? ": revocation lists are not checked, so the certificates on them stay trusted. Replace the CA to"
                                + " revoke a certificate"
                        : ": remove blocks that are not certificates")));
        return parts;
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    /** The PEM text of certificates, without other text. */
    public static String pem(List<X509Certificate> certificates) throws UnusableMaterial {
        var text = new StringBuilder();
        for (var certificate : certificates) {
            try {
                text.append(new PemBlock("CERTIFICATE", certificate.getEncoded()).text());
            } catch (CertificateEncodingException e) {
                throw new UnusableMaterial("it contains a certificate that cannot be encoded");
            }
        }
        return text.toString();
    }

    /** The DNS names of a certificate, in lower case. Common names are ignored, as in every current client. */
    public static Set<String> dnsNames(X509Certificate certificate) {
        var names = new TreeSet<String>();
        alternatives(certificate, DNS_NAME).forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
        return names;
    }

    /** The IP addresses of a certificate. */
    public static Set<String> addresses(X509Certificate certificate) {
        return new TreeSet<>(alternatives(certificate, IP_ADDRESS));
    }

    private static List<String> alternatives(X509Certificate certificate, int kind) {
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            var names = new ArrayList<String>();
            for (var alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (alternative.get(0) instanceof Integer type
                        && type == kind
                        && alternative.get(1) instanceof String name) {
                    names.add(name);
                }
            }
            return names;
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    /**
     * The names for which a server presents the certificate, in lower case: its DNS names, or its common names when it
     * has none, as in Envoy. A wildcard stands for the whole first label. Other texts are ignored, because no client
     * can request them.
     */
    public static Set<String> serverNames(X509Certificate certificate) {
        var names = new TreeSet<String>();
        var alternatives = dnsNames(certificate);
        (alternatives.isEmpty() ? commonNames(certificate) : alternatives)
                .stream()
                        .filter(name -> name.length() <= MOST_NAME
                                && SERVER_NAME.matcher(name).matches())
                        .forEach(names::add);
        return names;
    }

    private static Set<String> commonNames(X509Certificate certificate) {
        var names = new TreeSet<String>();
        var subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        for (var name : subject.getRDNs(BCStyle.CN)) {
            names.add(IETFUtils.valueToString(name.getFirst().getValue()).toLowerCase(Locale.ROOT));
        }
        return names;
    }

    /**
     * Checks that the certificate may sign handshakes: Envoy accepts an ECDSA certificate only then. A CA certificate
     * that was stored in place of a server certificate often may not.
     */
    public static void checkSigns(X509Certificate certificate) throws UnusableMaterial {
        var usage = certificate.getKeyUsage();
        if (certificate.getPublicKey() instanceof ECPublicKey && usage != null && !usage[DIGITAL_SIGNATURE]) {
            throw new UnusableMaterial(
                    "its certificate must not sign handshakes (keyUsage lacks digitalSignature): issue a server certificate, not a CA certificate");
        }
    }

    /** The role in which a certificate is presented, and its purpose in extendedKeyUsage (RFC 5280, 4.2.1.12). */
    public enum Use {
        SERVER("1.3.6.1.5.5.7.3.1", "serverAuth", "a server"),
        CLIENT("1.3.6.1.5.5.7.3.2", "clientAuth", "a client");

        private final String purpose;
        private final String name;
        private final String shownAs;

        Use(String purpose, String name, String shownAs) {
            this.purpose = purpose;
            this.name = name;
            this.shownAs = shownAs;
        }
    }

    /** Why the peer may reject a certificate that Envoy presents; empty when it contains no reason. */
    public static Optional<String> unfit(X509Certificate certificate, Use use) {
        try {
            var purposes = certificate.getExtendedKeyUsage();
            if (purposes != null && !purposes.contains(use.purpose) && !purposes.contains(ANY_PURPOSE)) {
                return Optional.of("is not for " + use.shownAs + " (extendedKeyUsage lacks " + use.name
                        + "), so the peer may reject it: issue a certificate for " + use.shownAs);
            }
        } catch (CertificateParsingException e) {
            return Optional.of(
                    "has an unreadable extendedKeyUsage, so the peer may reject it: issue a new certificate");
        }
        var usage = certificate.getKeyUsage();
        return usage == null || usage[DIGITAL_SIGNATURE]
                ? Optional.empty()
                : Optional.of(
                        "must not sign handshakes (keyUsage lacks digitalSignature), so the peer may reject it: issue a certificate for "
                                + use.shownAs + ", not for a CA");
    }

    /**
     * Checks that the certificate does not require OCSP stapling. Envoy does not serve such a certificate without an
     * OCSP response.
     */
    public static void checkNeedsNoStaple(X509Certificate certificate) throws UnusableMaterial {
        if (certificate.getExtensionValue(TLS_FEATURE) != null) {
            throw new UnusableMaterial(
                    "its certificate requires OCSP stapling, which gateways do not support: issue it without \"must staple\" (the extension TLS Feature)");
        }
    }

    private static X509Certificate certificate(byte[] der) throws UnusableMaterial {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new UnusableMaterial(
                    "it contains a certificate that cannot be read: write an X.509 certificate as PEM");
        }
    }
}
