package dev.datapath.operator.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;

/**
 * Reads the private key of a certificate from PEM text: PKCS#8, PKCS#1 (RSA) or SEC 1 (EC).
 *
 * <p>Gateways can use the keys that Envoy's TLS library accepts: RSA with at least 2048 bits and a small exponent,
 * ECDSA on P-256, P-384 and P-521, and Ed25519.
 */
public final class PrivateKeyText {
    private static final int MIN_RSA_BITS = 2048;
    /** Limit of BoringSSL, Envoy's TLS library. */
    private static final int MAX_EXPONENT_BITS = 33;

    /** By their order, which tells a curve from others of the same size, such as secp256k1 and brainpoolP256r1. */
    private static final Set<BigInteger> CURVE_ORDERS = Stream.of("P-256", "P-384", "P-521")
            .map(name -> ECNamedCurveTable.getByName(name).getN())
            .collect(Collectors.toSet());

    private static final AlgorithmIdentifier RSA =
            new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);

    private PrivateKeyText() {}

    /** The key of a text as PKCS#8 PEM, verified to match the public key of the certificate. */
    public static String matching(String pem, PublicKey certificateKey) throws UnusableMaterial {
        checkStrength(certificateKey);
        var block = PemBlock.parse(pem).stream()
                .filter(candidate -> candidate.label().endsWith("PRIVATE KEY"))
                .findFirst()
                .orElseThrow(() -> new UnusableMaterial("tls.key contains no PEM block PRIVATE KEY"));
        var pkcs8 = switch (block.label()) {
            case "PRIVATE KEY" -> versionOne(block.der());
            case "RSA PRIVATE KEY" -> wrapped(RSA, block.der());
            // The key need not contain the curve, because the certificate names it. The check below detects a different
            // curve.
            case "EC PRIVATE KEY" -> wrapped(algorithmOf(certificateKey), block.der());
            case "ENCRYPTED PRIVATE KEY" -> throw UnusableMaterial.encryptedKey();
            default ->
                throw new UnusableMaterial(
                        "its private key is a " + block.label() + ": use RSA or EC, as PKCS#8, PKCS#1 or SEC 1 PEM");
        };
        if (!belongTogether(read(pkcs8, certificateKey), certificateKey)) {
            throw new UnusableMaterial(
                    "tls.key does not match the first certificate in tls.crt: store the key and the certificate of one pair,"
                            + " the server's own certificate first");
        }
        return new PemBlock("PRIVATE KEY", pkcs8).text();
    }

    private static void checkStrength(PublicKey key) throws UnusableMaterial {
        var usable = switch (key) {
            // RSASSA-PSS keys are RSA keys as well, but BoringSSL does not support them.
            case RSAPublicKey rsa ->
                rsa.getAlgorithm().equals("RSA")
                        && rsa.getModulus().bitLength() >= MIN_RSA_BITS
                        && rsa.getPublicExponent().bitLength() <= MAX_EXPONENT_BITS;
            case ECPublicKey ec -> CURVE_ORDERS.contains(ec.getParams().getOrder());
            case EdECPublicKey edwards -> edwards.getParams().getName().equals("Ed25519");
            default -> false;
        };
        if (!usable) {
            throw new UnusableMaterial(
                    "gateways cannot use its " + key.getAlgorithm()
                            + " key: use RSA with at least 2048 bits and exponent 65537, ECDSA on P-256, P-384 or P-521, or Ed25519");
        }
    }

    /** The checks of BoringSSL (RSA_check_key), which rejects a key with inconsistent parts. */
    private static boolean belongTogether(RSAPrivateCrtKey key, RSAPublicKey certificateKey) {
        var modulus = key.getModulus();
        var p = key.getPrimeP();
        var q = key.getPrimeQ();
        var d = key.getPrivateExponent();
        if (!modulus.equals(certificateKey.getModulus())
                || !key.getPublicExponent().equals(certificateKey.getPublicExponent())
                || p.compareTo(BigInteger.ONE) <= 0
                || q.compareTo(BigInteger.ONE) <= 0
                || !p.multiply(q).equals(modulus)
                || d.compareTo(modulus) >= 0) {
            return false;
        }
        var p1 = p.subtract(BigInteger.ONE);
        var q1 = q.subtract(BigInteger.ONE);
        var e = key.getPublicExponent();
        return d.multiply(e).mod(p1).equals(BigInteger.ONE)
                && d.multiply(e).mod(q1).equals(BigInteger.ONE)
                && key.getPrimeExponentP().equals(d.mod(p1))
                && key.getPrimeExponentQ().equals(d.mod(q1))
                && key.getCrtCoefficient().multiply(q).mod(p).equals(BigInteger.ONE);
    }

    private static PrivateKey read(byte[] pkcs8, PublicKey certificateKey) throws UnusableMaterial {
        for (var algorithm : new String[] {certificateKey.getAlgorithm(), "RSA", "EC", "EdDSA"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException | RuntimeException e) {
                // A key of another algorithm or a malformed key: the parsers do not distinguish the two.
                continue;
            }
        }
        throw unreadable();
    }

    private static boolean belongTogether(PrivateKey key, PublicKey certificateKey) {
        if (certificateKey instanceof RSAPublicKey publicHalf) {
            return key instanceof RSAPrivateCrtKey privateHalf && belongTogether(privateHalf, publicHalf);
        }
        try {
            var message = new byte[] {1};
            var algorithm = certificateKey instanceof ECPublicKey ? "SHA256withECDSA" : "Ed25519";
            var signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(message);
            var verifier = Signature.getInstance(algorithm);
            verifier.initVerify(certificateKey);
            verifier.update(message);
            return verifier.verify(signer.sign());
        } catch (InvalidKeyException | SignatureException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Java has had ECDSA and Ed25519 since 15", e);
        }
    }

    /**
     * The key as PKCS#8 of version 1 (RFC 5208). Some tools write an Ed25519 key as OneAsymmetricKey of version 2 (RFC
     * 5958), which contains the public key too. BoringSSL rejects that form.
     */
    private static byte[] versionOne(byte[] pkcs8) throws UnusableMaterial {
        try {
            var info = PrivateKeyInfo.getInstance(pkcs8);
            return encoded(info.getPrivateKeyAlgorithm(), info.parsePrivateKey());
        } catch (IOException | RuntimeException e) {
            throw unreadable();
        }
    }

    /** Wraps a key of an older form in a PrivateKeyInfo. */
    private static byte[] wrapped(AlgorithmIdentifier algorithm, byte[] key) throws UnusableMaterial {
        try {
            return encoded(algorithm, ASN1Primitive.fromByteArray(key));
        } catch (IOException | RuntimeException e) {
            throw unreadable();
        }
    }

    private static byte[] encoded(AlgorithmIdentifier algorithm, ASN1Encodable key) throws IOException {
        return new PrivateKeyInfo(algorithm, key).getEncoded(ASN1Encoding.DER);
    }

    private static AlgorithmIdentifier algorithmOf(PublicKey key) {
        return SubjectPublicKeyInfo.getInstance(key.getEncoded()).getAlgorithm();
    }

    private static UnusableMaterial unreadable() {
        return new UnusableMaterial("its private key cannot be read: write it as PKCS#8, PKCS#1 or SEC 1 PEM");
    }
}
