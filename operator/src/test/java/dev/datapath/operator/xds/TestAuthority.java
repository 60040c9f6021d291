package dev.datapath.operator.xds;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A CA that signs certificates with one alternative name. */
final class TestAuthority {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final X500Name name;
    private final KeyPair keys = newKeys();
    private final X509Certificate certificate;

    /** A certificate of an end entity with its key. */
    record Identity(X509Certificate certificate, PrivateKey key) {
        X509Certificate[] chain() {
            return new X509Certificate[] {certificate};
        }
    }

    TestAuthority(String commonName) {
        name = new X500Name("CN=" + commonName);
        certificate = sign(name, keys, null);
    }

    X509Certificate certificate() {
        return certificate;
    }

    Identity dns(String dnsName) {
        return issue(new GeneralName(GeneralName.dNSName, dnsName));
    }

    Identity uri(String uri) {
        return issue(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
    }

    /** The client credentials of a gateway with that certificate that trusts this CA for servers. */
    ChannelCredentials credentials(Identity gateway) {
        try {
            var trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("authority", certificate);
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            var builder = TlsChannelCredentials.newBuilder().trustManager(trust.getTrustManagers());
            if (gateway != null) {
                var own = KeyStore.getInstance("PKCS12");
                own.load(null, null);
                own.setKeyEntry("gateway", gateway.key(), new char[0], gateway.chain());
                var key = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                key.init(own, new char[0]);
                builder.keyManager(key.getKeyManagers());
            }
            return builder.build();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Identity issue(GeneralName alternative) {
        var pair = newKeys();
        return new Identity(sign(new X500Name("CN=leaf"), pair, alternative), pair.getPrivate());
    }

    private X509Certificate sign(X500Name subject, KeyPair subjectKeys, GeneralName alternative) {
        try {
            var now = Instant.now();
            var builder = new JcaX509v3CertificateBuilder(
                            name,
                            new BigInteger(120, RANDOM),
                            Date.from(now.minus(Duration.ofHours(1))),
                            Date.from(now.plus(Duration.ofDays(1))),
                            subject,
                            subjectKeys.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(alternative == null));
            if (alternative != null) {
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternative));
            }
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair newKeys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256, RANDOM);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
