package dev.datapath.e2e.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("tier3")
class TestPkiTest {
    private final TestPki pki = new TestPki("rig");

    @Test
    void a_certificate_is_signed_by_its_authority_for_its_names() throws GeneralSecurityException {
        var pair = pki.issue("s3.test", "127.0.0.1");
        var certificate = parse(pair.certificate());

        certificate.verify(parse(pki.authority()).getPublicKey());
        certificate.checkValidity();
        assertThat(certificate.getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(List.of(2, "s3.test"), List.of(7, "127.0.0.1"));
        assertThat(belongTogether(pair)).isTrue();
    }

    @Test
    void the_bad_ones_are_bad_in_one_way_only() throws GeneralSecurityException {
        var expired = pki.issueExpired("s3.test");
        assertThatThrownBy(() -> parse(expired.certificate()).checkValidity())
                .isInstanceOf(CertificateExpiredException.class);
        assertThat(belongTogether(expired)).isTrue();

        var wrongKey = pki.issueWithWrongKey("s3.test");
        assertThatCode(() -> parse(wrongKey.certificate()).checkValidity()).doesNotThrowAnyException();
        assertThat(belongTogether(wrongKey)).isFalse();

        assertThatThrownBy(() -> parse(TestPki.garbage())).isInstanceOf(CertificateException.class);
    }

    private static X509Certificate parse(String pem) throws CertificateException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    private static boolean belongTogether(TestPki.PemPair pair) throws GeneralSecurityException {
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key(pair.privateKey()));
        signature.update((byte) 1);
        var signed = signature.sign();
        signature.initVerify(parse(pair.certificate()).getPublicKey());
        signature.update((byte) 1);
        return signature.verify(signed);
    }

    private static PrivateKey key(String pem) throws GeneralSecurityException {
        var base64 = pem.replaceAll("-----[A-Z ]+-----|\\s", "");
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }
}
