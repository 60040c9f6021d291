package dev.datapath.e2e.rig;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Date;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority of our own, good for a few days, and the certificates it signs: good, expired and broken ones. */
public final class TestPki {
    /** A certificate and a private key in PEM (PKCS #8); they need not belong together. */
    public record PemPair(String certificate, String privateKey) {}

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration VALID = Duration.ofDays(3);
    private static final DateTimeFormatter FRACTION = DateTimeFormatter.ofPattern("yyyyMMddHHmmss'.5Z'");

    private final KeyPair key = newKey();
    private final X500Name name;
    private final X509CertificateHolder certificate;

    /** A new authority. */
    public TestPki(String commonName) {
        name = new X500Name("CN=" + commonName);
        var now = Instant.now();
        certificate = sign(name, key, now.minus(Duration.ofHours(1)), now.plus(VALID), true);
    }

    /** The authority's certificate in PEM, for those who shall trust it. */
    public String authority() {
        return pem(certificate);
    }

    /** A certificate valid now for the given DNS names and IP addresses. */
    public PemPair issue(String... names) {
        var now = Instant.now();
        return issue(now.minus(Duration.ofHours(1)), now.plus(VALID), names);
    }

    /** The same with an RSA key. */
    public PemPair issueRsa(String... names) {
        var now = Instant.now();
        return issue(newKey("RSA"), now.minus(Duration.ofHours(1)), now.plus(VALID), names);
    }

    /** A certificate that was valid until an hour ago. */
    public PemPair issueExpired(String... names) {
        var now = Instant.now();
        return issue(now.minus(VALID), now.minus(Duration.ofHours(1)), names);
    }

    /**
     * A certificate whose end has a fraction of a second: RFC 5280 (4.1.2.5.2) forbids it, Java reads it, and the TLS library
     * of Envoy does not.
     */
    public PemPair issueWithFractionOfSecond(String... names) {
        var now = Instant.now();
        var end =
                new Time(new ASN1GeneralizedTime(FRACTION.format(now.plus(VALID).atZone(ZoneOffset.UTC))));
        var pair = newKey();
        return new PemPair(
                pem(sign(
                        new X500Name("CN=" + names[0]),
                        pair,
                        new Time(Date.from(now.minus(Duration.ofHours(1)))),
                        end,
                        false,
                        names)),
                pem(pair.getPrivate()));
    }

    /** A certificate with another one's private key. */
    public PemPair issueWithWrongKey(String... names) {
        return new PemPair(issue(names).certificate(), pem(newKey().getPrivate()));
    }

    /** Text that looks like PEM and holds no certificate. */
    public static String garbage() {
        return "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n";
    }

    private PemPair issue(Instant from, Instant until, String... names) {
        return issue(newKey(), from, until, names);
    }

    private PemPair issue(KeyPair pair, Instant from, Instant until, String... names) {
        return new PemPair(
                pem(sign(new X500Name("CN=" + names[0]), pair, from, until, false, names)), pem(pair.getPrivate()));
    }

    private X509CertificateHolder sign(
            X500Name subject, KeyPair subjectKey, Instant from, Instant until, boolean authority, String... names) {
        return sign(subject, subjectKey, new Time(Date.from(from)), new Time(Date.from(until)), authority, names);
    }

    private X509CertificateHolder sign(
            X500Name subject, KeyPair subjectKey, Time from, Time until, boolean authority, String... names) {
        try {
            var builder = new X509v3CertificateBuilder(
                            name,
                            new BigInteger(120, RANDOM),
                            from,
                            until,
                            subject,
                            SubjectPublicKeyInfo.getInstance(
                                    subjectKey.getPublic().getEncoded()))
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (names.length > 0) {
                var alternatives =
                        Arrays.stream(names).map(TestPki::generalName).toArray(GeneralName[]::new);
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
            }
            return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()));
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException("cannot sign a certificate for " + subject, e);
        }
    }

    private static GeneralName generalName(String text) {
        var ip = text.matches("[0-9.]+|[0-9a-f:]*:[0-9a-f:]*");
        return new GeneralName(ip ? GeneralName.iPAddress : GeneralName.dNSName, text);
    }

    private static KeyPair newKey() {
        return newKey("EC");
    }

    private static KeyPair newKey(String algorithm) {
        try {
            var generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            } else {
                generator.initialize(2048, RANDOM);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has P-256 and RSA", e);
        }
    }

    private static String pem(Object thing) {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(thing instanceof java.security.PrivateKey privateKey ? pkcs8(privateKey) : thing);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write PEM", e);
        }
        return text.toString();
    }

    private static Object pkcs8(java.security.PrivateKey privateKey) {
        return new org.bouncycastle.util.io.pem.PemObject("PRIVATE KEY", privateKey.getEncoded());
    }
}
