package dev.datapath.operator.ca;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Creates certificates: ECDSA on P-256, signed with SHA-256. */
final class X509 {
    /** Certificates are valid from this long before their creation, to tolerate clock skew. */
    static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SERIAL_BITS = 120;

    private X509() {}

    /** Creates a CA. Its subject is unique, because the issuer of a certificate must identify one of several CAs. */
    static Credential authority(Instant now, Duration life) {
        var serial = serial();
        var name = new X500Name("CN=DataPath authority " + serial.toString(16));
        var keys = newKeys();
        try {
            var builder = builder(name, name, serial, keys.getPublic(), now, now.plus(life))
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
            return new Credential(sign(builder, keys.getPrivate()), keys.getPrivate());
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("cannot create a CA", e);
        }
    }

    /** Issues a certificate that expires after the given lifetime, and no later than its issuer. */
    static Credential issue(Credential issuer, Subject subject, Instant now, Duration life) {
        var end = now.plus(life).isBefore(issuer.end()) ? now.plus(life) : issuer.end();
        var keys = newKeys();
        boolean gateway = subject.role() == Subject.Role.GATEWAY;
        try {
            var extensions = new JcaX509ExtensionUtils();
            var builder = builder(
                            X500Name.getInstance(issuer.certificate()
                                    .getSubjectX500Principal()
                                    .getEncoded()),
                            new X500Name(gateway ? "CN=DataPath gateway" : "CN=DataPath operator"),
                            serial(),
                            keys.getPublic(),
                            now,
                            end)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(
                            Extension.extendedKeyUsage,
                            false,
                            new ExtendedKeyUsage(
                                    gateway ? KeyPurposeId.id_kp_clientAuth : KeyPurposeId.id_kp_serverAuth))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            extensions.createAuthorityKeyIdentifier(issuer.certificate()))
                    .addExtension(Extension.subjectAlternativeName, false, names(subject));
            return new Credential(sign(builder, issuer.key()), keys.getPrivate());
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("cannot issue a certificate for " + subject, e);
        }
    }

    private static JcaX509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, BigInteger serial, PublicKey key, Instant now, Instant end) {
        return new JcaX509v3CertificateBuilder(
                issuer, serial, Date.from(now.minus(CLOCK_SKEW)), Date.from(end), subject, key);
    }

    private static GeneralNames names(Subject subject) {
        int kind = subject.role() == Subject.Role.GATEWAY ? GeneralName.uniformResourceIdentifier : GeneralName.dNSName;
        return new GeneralNames(subject.names().stream()
                .map(name -> new GeneralName(kind, name))
                .toArray(GeneralName[]::new));
    }

    private static X509Certificate sign(org.bouncycastle.cert.X509v3CertificateBuilder builder, PrivateKey key)
            throws OperatorCreationException, GeneralSecurityException {
        var signer = new JcaContentSignerBuilder(signatureAlgorithm(key)).build(key);
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }

    /** Keys created here are EC keys. A CA that a user put into the Secret may have another kind. */
    static String signatureAlgorithm(PrivateKey key) throws GeneralSecurityException {
        return switch (key.getAlgorithm()) {
            case "EC", "ECDSA" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            case "EdDSA", "Ed25519" -> "Ed25519";
            case String other -> throw new GeneralSecurityException("keys of kind " + other + " are not supported");
        };
    }

    private static BigInteger serial() {
        return new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS - 1);
    }

    private static KeyPair newKeys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has P-256", e);
        }
    }
}
