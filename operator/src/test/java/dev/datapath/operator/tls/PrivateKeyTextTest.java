package dev.datapath.operator.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that Java reads but Envoy's TLS library does not. */
class PrivateKeyTextTest {

    @Test
    void keysOfTheSignatureSchemePssAreReported() throws Exception {
        var pair = generate("RSASSA-PSS", 2048);
        assertThatThrownBy(() -> PrivateKeyText.matching(pem(pair.getPrivate().getEncoded()), pair.getPublic()))
                .isInstanceOfSatisfying(
                        UnusableMaterial.class, e -> assertThat(e.problem()).contains("RSASSA-PSS"));
    }

    /** Java knows them by their parameters; they have as many bits as P-256. */
    @ParameterizedTest
    @ValueSource(strings = {"secp256k1", "brainpoolP256r1"})
    void keysOnOtherCurvesOfTheSameSizeAreReported(String curve) throws Exception {
        var generator = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
        generator.initialize(new ECGenParameterSpec(curve));
        var pair = generator.generateKeyPair();
        var publicKey = KeyFactory.getInstance("EC")
                .generatePublic(new X509EncodedKeySpec(pair.getPublic().getEncoded()));
        assertThatThrownBy(() -> PrivateKeyText.matching(pem(pair.getPrivate().getEncoded()), publicKey))
                .isInstanceOfSatisfying(
                        UnusableMaterial.class,
                        e -> assertThat(e.problem()).contains("gateways cannot use its EC key", "P-256"));
    }

    @Test
    void thePublicKeyIsRemovedFromAPrivateKey() throws Exception {
        var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        var info = PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded());
        var withPublicKey = new PrivateKeyInfo(
                info.getPrivateKeyAlgorithm(),
                info.parsePrivateKey(),
                null,
                SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded())
                        .getPublicKeyData()
                        .getBytes());
        assertThat(withPublicKey.hasPublicKey()).isTrue();
        var written = PrivateKeyText.matching(pem(withPublicKey.getEncoded()), pair.getPublic());
        var read = PrivateKeyInfo.getInstance(PemBlock.parse(written).getFirst().der());
        assertThat(read.getVersion().intValueExact()).isZero();
        assertThat(read.hasPublicKey()).isFalse();
        assertThat(read.parsePrivateKey()).isEqualTo(info.parsePrivateKey());
    }

    @Test
    void anInconsistentRsaKeyIsReported() throws Exception {
        var pair = generate("RSA", 2048);
        var key = (RSAPrivateCrtKey) pair.getPrivate();
        assertThat(PrivateKeyText.matching(pem(key.getEncoded()), pair.getPublic()))
                .contains("PRIVATE KEY");
        var broken = KeyFactory.getInstance("RSA")
                .generatePrivate(new RSAPrivateCrtKeySpec(
                        key.getModulus(),
                        key.getPublicExponent(),
                        key.getPrivateExponent(),
                        key.getPrimeP(),
                        key.getPrimeQ(),
                        key.getPrimeExponentP().add(BigInteger.TWO),
                        key.getPrimeExponentQ(),
                        key.getCrtCoefficient()));
        assertThatThrownBy(() -> PrivateKeyText.matching(pem(broken.getEncoded()), pair.getPublic()))
                .isInstanceOf(UnusableMaterial.class);
    }

    private static KeyPair generate(String algorithm, int bits) throws Exception {
        var generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private static String pem(byte[] pkcs8) {
        return new PemBlock("PRIVATE KEY", pkcs8).text();
    }
}
