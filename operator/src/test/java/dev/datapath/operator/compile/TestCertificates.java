package dev.datapath.operator.compile;

import dev.datapath.operator.tls.PemBlock;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates, created for each run, by the names that test inputs use: {@code ${server.crt}}, {@code ${server.key}}. */
final class TestCertificates {
    static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");
    static final TestCertificates INSTANCE = new TestCertificates();

    private final Map<String, String> texts = new LinkedHashMap<>();

    private TestCertificates() {
        try {
            var authority = ec("secp256r1");
            var other = ec("secp256r1");
            var server = ec("secp256r1");
            var rsa = rsa(2048);
            var names = List.of("s3.example.com", "*.s3.example.com");
            put("ca.crt", certificate("CN=Test CA", authority, "CN=Test CA", authority, List.of(), -100, 3650, true));
            texts.put("ca.crl", revocationList("CN=Test CA", authority));
            put("other-ca.crt", certificate("CN=Other CA", other, "CN=Other CA", other, List.of(), -100, 3650, true));
            put("expired-ca.crt", certificate("CN=Old CA", other, "CN=Old CA", other, List.of(), -100, -1, true));
            put("server.crt", issued(authority, server, names, -10, 90));
            key("server.key", server.getPrivate());
            texts.put("server.sec1.key", sec1(server.getPrivate()));
            put("renewed.crt", issued(authority, server, names, -1, 99));
            put("rsa.crt", issued(authority, rsa, names, -10, 90));
            key("rsa.key", rsa.getPrivate());
            texts.put("rsa.pkcs1.key", pkcs1(rsa.getPrivate()));
            put("soon.crt", issued(authority, server, names, -80, 10));
            put("expired.crt", issued(authority, server, names, -90, -1));
            put("future.crt", issued(authority, server, names, 1, 90));
            put("bare.crt", issued(authority, server, List.of("s3.example.com"), -10, 90));
            put(
                    "capitals.crt",
                    issued(authority, server, List.of("S3.Capitals.Example.com", "*.Capitals.example.com"), -10, 90));
            put(
                    "twin.crt",
                    issued(authority, rsa, List.of("s3.capitals.example.com", "*.capitals.example.com"), -10, 90));
            put("address.crt", issued(authority, server, List.of("10.0.0.1"), -10, 90));
            put(
                    "nameless.crt",
                    certificate("CN=Test CA", authority, "CN=10.0.0.2", server, List.of("10.0.0.2"), -10, 90, false));
            put(
                    "odd-names.crt",
                    issued(
                            authority,
                            server,
                            List.of("w*.example.com", "*", "a..b", "under_score.example.com"),
                            -10,
                            90));
            var weak = rsa(1024);
            put("weak.crt", issued(authority, weak, names, -10, 90));
            key("weak.key", weak.getPrivate());
            var odd = rsa(2048, new BigInteger("1099511627791"));
            put("odd-exponent.crt", issued(authority, odd, names, -10, 90));
            key("odd-exponent.key", odd.getPrivate());
            put(
                    "sign-only.crt",
                    issued(
                            authority,
                            server,
                            names,
                            Extension.keyUsage,
                            new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign)));
            put(
                    "rsa-sign-only.crt",
                    issued(
                            authority,
                            rsa,
                            names,
                            Extension.keyUsage,
                            new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign)));
            put(
                    "client-only.crt",
                    issued(
                            authority,
                            server,
                            names,
                            Extension.extendedKeyUsage,
                            new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth)));
            put(
                    "staple.crt",
                    issued(
                            authority,
                            server,
                            names,
                            new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.24"),
                            new DERSequence(new ASN1Integer(5))));
            var edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            put("ed25519.crt", issued(authority, edwards, names, -10, 90));
            key("ed25519.key", edwards.getPrivate());
            var other2 = ec("secp384r1");
            put("p384.crt", issued(authority, other2, names, -10, 90));
            key("p384.key", other2.getPrivate());
            texts.put("p384.sec1.key", sec1(other2.getPrivate()));
            key("other.key", other.getPrivate());
            texts.put("server.chain", text("server.crt") + text("ca.crt"));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String revocationList(String issuer, KeyPair authority) throws Exception {
        return new PemBlock(
                        "X509 CRL",
                        new X509v2CRLBuilder(new X500Name(issuer), Date.from(NOW))
                                .addCRLEntry(BigInteger.TWO, Date.from(NOW), CRLReason.keyCompromise)
                                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(authority.getPrivate()))
                                .getEncoded())
                .text();
    }

    String text(String name) {
        var text = texts.get(name);
        if (text == null) {
            throw new IllegalArgumentException("no test material " + name + ", only " + texts.keySet());
        }
        return text;
    }

    /** Replaces {@code ${name}} by the JSON text. */
    String fillIn(String input) {
        var filled = input;
        for (var entry : texts.entrySet()) {
            filled =
                    filled.replace("${" + entry.getKey() + "}", entry.getValue().replace("\n", "\\n"));
        }
        return filled;
    }

    /** Replaces the certificates of this run by their names. */
    String redact(String output) {
        var redacted = output;
        for (var entry : texts.entrySet().stream()
                .sorted((left, right) ->
                        right.getValue().length() - left.getValue().length())
                .toList()) {
            redacted = redacted.replace(entry.getValue(), "${" + entry.getKey() + "}");
        }
        return redacted;
    }

    private void put(String name, X509Certificate certificate) throws Exception {
        texts.put(name, new PemBlock("CERTIFICATE", certificate.getEncoded()).text());
    }

    private void key(String name, PrivateKey key) {
        texts.put(name, new PemBlock("PRIVATE KEY", key.getEncoded()).text());
    }

    private static String sec1(PrivateKey key) throws Exception {
        var inner = PrivateKeyInfo.getInstance(key.getEncoded()).parsePrivateKey();
        return new PemBlock("EC PRIVATE KEY", inner.toASN1Primitive().getEncoded()).text();
    }

    private static String pkcs1(PrivateKey key) throws Exception {
        var inner = PrivateKeyInfo.getInstance(key.getEncoded()).parsePrivateKey();
        return new PemBlock("RSA PRIVATE KEY", inner.toASN1Primitive().getEncoded()).text();
    }

    private static X509Certificate issued(KeyPair authority, KeyPair subject, List<String> names, int from, int to)
            throws Exception {
        return certificate("CN=Test CA", authority, "CN=s3", subject, names, from, to, false);
    }

    private static X509Certificate issued(
            KeyPair authority, KeyPair subject, List<String> names, ASN1ObjectIdentifier extension, ASN1Encodable value)
            throws Exception {
        return certificate(
                "CN=Test CA",
                authority,
                "CN=s3",
                subject,
                names,
                -10,
                90,
                false,
                new Extension(extension, false, value.toASN1Primitive().getEncoded()));
    }

    private static X509Certificate certificate(
            String issuer,
            KeyPair authority,
            String subject,
            KeyPair keys,
            List<String> names,
            int fromDay,
            int toDay,
            boolean isAuthority,
            Extension... extensions)
            throws Exception {
        var builder = new JcaX509v3CertificateBuilder(
                new X500Name(issuer),
                BigInteger.valueOf(fromDay * 10_000L + toDay + 1_000_000_000L),
                Date.from(NOW.plus(Duration.ofDays(fromDay))),
                Date.from(NOW.plus(Duration.ofDays(toDay))),
                new X500Name(subject),
                keys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
        if (!names.isEmpty()) {
            var always = names.getFirst().matches("[0-9.]+") ? Stream.<String>of() : Stream.of("unrelated.example.org");
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(Stream.concat(always, names.stream())
                            .map(name -> new GeneralName(
                                    name.matches("[0-9.]+") ? GeneralName.iPAddress : GeneralName.dNSName, name))
                            .toArray(GeneralName[]::new)));
        }
        for (var extension : extensions) {
            builder.addExtension(extension);
        }
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(authority.getPrivate())));
    }

    private static KeyPair ec(String curve) throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    private static KeyPair rsa(int bits) throws Exception {
        return rsa(bits, RSAKeyGenParameterSpec.F4);
    }

    private static KeyPair rsa(int bits, BigInteger exponent) throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(new RSAKeyGenParameterSpec(bits, exponent));
        return generator.generateKeyPair();
    }
}
