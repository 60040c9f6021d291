package dev.datapath.operator.compile;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;

/**
 * Reads the private key that belongs to a certificate from PEM text: PKCS#8, PKCS#1 (RSA) or SEC 1 (EC).
 *
 * <p>What a gateway can serve is what Envoy's TLS library accepts: RSA with at least 2048 bits and a small exponent, ECDSA on P-256, P-384 and
 * P-521, and Ed25519.
 */
final class PrivateKeyText {
    private static final int MIN_RSA_BITS = 2048;
    /** Bound of BoringSSL, which Envoy is built with. */
    private static final int MAX_EXPONENT_BITS = 33;

    private static final byte[] RSA_ALGORITHM = {
        0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };
    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;

    private PrivateKeyText() {}

    /** The key of a text as PKCS#8 PEM, checked to be the one of the certificate's public key. */
    static String matching(String pem, PublicKey certificateKey) throws UnusableMaterial {
        checkStrength(certificateKey);
        var block = PemBlock.parse(pem).stream()
                .filter(candidate -> candidate.label().endsWith("PRIVATE KEY"))
                .findFirst()
                .orElseThrow(() -> new UnusableMaterial("tls.key holds no PEM block PRIVATE KEY"));
        var pkcs8 = switch (block.label()) {
            case "PRIVATE KEY" -> block.der();
            case "RSA PRIVATE KEY" -> wrapped(RSA_ALGORITHM, block.der());
            // The curve need not stand in the key: the certificate names it. The check below finds another one.
            case "EC PRIVATE KEY" -> wrapped(algorithmOf(certificateKey), block.der());
            case "ENCRYPTED PRIVATE KEY" -> throw UnusableMaterial.encryptedKey();
            default ->
                throw new UnusableMaterial(
                        "its private key is a " + block.label() + ": use RSA or EC, as PKCS#8, PKCS#1 or SEC 1 PEM");
        };
        if (!belongTogether(read(pkcs8, certificateKey), certificateKey)) {
            throw new UnusableMaterial(
                    "tls.key is not the key of the first certificate in tls.crt: store the pair that was issued together,"
                            + " the server's own certificate first");
        }
        return new PemBlock("PRIVATE KEY", pkcs8).text();
    }

    private static void checkStrength(PublicKey key) throws UnusableMaterial {
        var usable = switch (key) {
            case RSAPublicKey rsa ->
                rsa.getModulus().bitLength() >= MIN_RSA_BITS
                        && rsa.getPublicExponent().bitLength() <= MAX_EXPONENT_BITS;
            case ECPublicKey ec ->
                switch (ec.getParams().getOrder().bitLength()) {
                    case 256, 384, 521 -> true;
                    default -> false;
                };
            case EdECPublicKey edwards -> edwards.getParams().getName().equals("Ed25519");
            default -> false;
        };
        if (!usable) {
            throw new UnusableMaterial(
                    "gateways cannot serve its " + key.getAlgorithm()
                            + " key: use RSA with at least 2048 bits and exponent 65537, ECDSA on P-256, P-384 or P-521, or Ed25519");
        }
    }

    private static PrivateKey read(byte[] pkcs8, PublicKey certificateKey) throws UnusableMaterial {
        for (var algorithm : new String[] {certificateKey.getAlgorithm(), "RSA", "EC", "EdDSA"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException | RuntimeException e) {
                // Not of this algorithm, or broken: the parsers do not tell the two apart.
                continue;
            }
        }
        throw new UnusableMaterial("its private key cannot be read: write it as PKCS#8, PKCS#1 or SEC 1 PEM");
    }

    private static boolean belongTogether(PrivateKey key, PublicKey certificateKey) {
        if (certificateKey instanceof RSAPublicKey publicHalf) {
            return key instanceof RSAPrivateKey privateHalf
                    && privateHalf.getModulus().equals(publicHalf.getModulus());
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

    /** The AlgorithmIdentifier of a SubjectPublicKeyInfo: its first element. */
    private static byte[] algorithmOf(PublicKey key) throws UnusableMaterial {
        var der = key.getEncoded();
        var start = headerLength(der, 0);
        if (start + 2 > der.length || der[start] != SEQUENCE || (der[start + 1] & 0x80) != 0) {
            throw new UnusableMaterial("the public key of its certificate cannot be read");
        }
        return Arrays.copyOfRange(der, start, Math.min(der.length, start + 2 + der[start + 1]));
    }

    private static int headerLength(byte[] der, int at) {
        var length = der[at + 1] & 0xff;
        return 2 + (length < 0x80 ? 0 : length - 0x80);
    }

    /** A PrivateKeyInfo (RFC 5208) around a key of an older form. */
    private static byte[] wrapped(byte[] algorithm, byte[] key) {
        var content = new ByteArrayOutputStream();
        content.writeBytes(VERSION_0);
        content.writeBytes(algorithm);
        content.writeBytes(element(OCTET_STRING, key));
        return element(SEQUENCE, content.toByteArray());
    }

    private static byte[] element(int tag, byte[] content) {
        var der = new ByteArrayOutputStream();
        der.write(tag);
        var lengthBytes = (32 - Integer.numberOfLeadingZeros(content.length) + 7) / 8;
        if (content.length >= 0x80) {
            der.write(0x80 | lengthBytes);
        }
        for (int shift = 8 * Math.max(lengthBytes - 1, 0); shift >= 0; shift -= 8) {
            der.write(content.length >> shift);
        }
        der.writeBytes(content);
        return der.toByteArray();
    }
}
