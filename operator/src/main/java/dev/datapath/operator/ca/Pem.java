package dev.datapath.operator.ca;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** Certificates and keys in PEM. */
final class Pem {

    private Pem() {}

    static String write(Collection<X509Certificate> certificates) {
        var objects = new ArrayList<PemObject>();
        try {
            for (var certificate : certificates) {
                objects.add(new PemObject("CERTIFICATE", certificate.getEncoded()));
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate cannot be encoded", e);
        }
        return write(objects);
    }

    static String write(PrivateKey key) {
        return write(List.of(new PemObject("PRIVATE KEY", key.getEncoded())));
    }

    private static String write(List<PemObject> objects) {
        var text = new StringWriter();
        try (var writer = new PemWriter(text)) {
            for (var object : objects) {
                writer.writeObject(object);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    /** Reads all certificates of a text. */
    static List<X509Certificate> certificates(String text) throws GeneralSecurityException {
        var certificates = new ArrayList<X509Certificate>();
        for (var certificate : CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))) {
            certificates.add((X509Certificate) certificate);
        }
        return certificates;
    }

    /** Reads the first certificate of one text and the private key of another, and checks that they match. */
    static Credential credential(String certificate, String key) throws GeneralSecurityException {
        var certificates = certificates(certificate);
        if (certificates.isEmpty()) {
            throw new GeneralSecurityException("there is no PEM certificate");
        }
        var credential = new Credential(certificates.getFirst(), privateKey(key));
        checkMatch(credential);
        return credential;
    }

    private static PrivateKey privateKey(String text) throws GeneralSecurityException {
        try (var parser = new PEMParser(new StringReader(text))) {
            var converter = new JcaPEMKeyConverter();
            return switch (parser.readObject()) {
                case PrivateKeyInfo key -> converter.getPrivateKey(key);
                case PEMKeyPair pair -> converter.getKeyPair(pair).getPrivate();
                case null, default -> throw new GeneralSecurityException("there is no PEM private key");
            };
        } catch (IOException | IllegalArgumentException e) {
            throw new GeneralSecurityException("the private key cannot be read: " + e.getMessage(), e);
        }
    }

    private static void checkMatch(Credential credential) throws GeneralSecurityException {
        var signature = Signature.getInstance(X509.signatureAlgorithm(credential.key()));
        var probe = "probe".getBytes(StandardCharsets.US_ASCII);
        signature.initSign(credential.key());
        signature.update(probe);
        var signed = signature.sign();
        try {
            signature.initVerify(credential.certificate().getPublicKey());
            signature.update(probe);
            if (signature.verify(signed)) {
                return;
            }
        } catch (GeneralSecurityException otherKind) {
            // The key is of another kind, so it does not match.
        }
        throw new GeneralSecurityException("the private key does not match the certificate");
    }
}
