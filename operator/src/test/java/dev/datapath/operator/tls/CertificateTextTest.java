package dev.datapath.operator.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateTextTest {
    /** RFC 7468, 5.1: parsers may accept both; old versions of OpenSSL wrote the second. */
    @ParameterizedTest
    @ValueSource(strings = {"CERTIFICATE", "X509 CERTIFICATE"})
    void certificatesAreReadUnderTheirLabels(String label) throws Exception {
        var keys = KeyPairGenerator.getInstance("EC").generateKeyPair();
        var name = new X500Name("CN=store");
        var now = Instant.parse("2026-11-01T00:00:00Z");
        var der = new JcaX509v3CertificateBuilder(
                        name, BigInteger.ONE, Date.from(now), Date.from(now.plusSeconds(3600)), name, keys.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                .getEncoded();
        var pem = "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END "
                + label + "-----\n";
        assertThat(CertificateText.certificates(pem))
                .singleElement()
                .satisfies(certificate -> assertThat(certificate.getEncoded()).isEqualTo(der));
    }
}
