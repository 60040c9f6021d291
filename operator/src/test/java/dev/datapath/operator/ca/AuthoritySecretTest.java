package dev.datapath.operator.ca;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

class AuthoritySecretTest {
    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
    private static final Duration LIFE = Duration.ofDays(90);
    private static final AuthorityState STATE = new AuthorityState(
            X509.authority(NOW, LIFE),
            new AuthorityState.Next(X509.authority(NOW, LIFE), NOW.plusSeconds(60)),
            List.of(
                    new AuthorityState.Previous(X509.authority(NOW, LIFE).certificate(), NOW.plusSeconds(600)),
                    new AuthorityState.Previous(X509.authority(NOW, LIFE).certificate(), NOW.plusSeconds(300))));
    private static final Map<String, String> DATA = AuthoritySecret.write(STATE);

    @Test
    void stateRoundTrips() {
        assertThat(AuthoritySecret.read(DATA)).isEqualTo(new AuthoritySecret.Reading(STATE, List.of()));
        assertThat(AuthoritySecret.read(AuthoritySecret.write(AuthorityState.NONE)))
                .isEqualTo(new AuthoritySecret.Reading(AuthorityState.NONE, List.of()));
        assertThat(DATA)
                .containsOnlyKeys(
                        "current.crt",
                        "current.key",
                        "next.crt",
                        "next.key",
                        "next.announced",
                        "previous.crt",
                        "previous.until");
    }

    @Test
    void caWithoutItsKeyStaysTrusted() {
        var reading = AuthoritySecret.read(with("current.key", "garbage"));
        assertThat(reading.state().current()).isNull();
        assertThat(reading.state().previous().getFirst())
                .isEqualTo(new AuthorityState.Previous(
                        STATE.current().certificate(), STATE.current().end()));
        assertThat(reading.state().next()).isEqualTo(STATE.next());
        assertThat(reading.problems())
                .containsExactly("current.crt and current.key cannot be used: there is no PEM private key;"
                        + " a new CA replaces it");
    }

    @Test
    void keyOfAnotherCertificateIsNotUsed() {
        var reading = AuthoritySecret.read(with("current.key", DATA.get("next.key")));
        assertThat(reading.state().current()).isNull();
        assertThat(reading.problems().getFirst()).contains("the private key does not match the certificate");
    }

    @Test
    void leafCertificateIsNotACa() {
        var leaf = X509.issue(STATE.current(), Subject.operator("xds.local"), NOW, LIFE);
        var reading = AuthoritySecret.read(
                Map.of("current.crt", Pem.write(List.of(leaf.certificate())), "current.key", Pem.write(leaf.key())));
        assertThat(reading.state()).isEqualTo(AuthorityState.NONE);
        assertThat(reading.problems().getFirst()).contains("the certificate is not a CA certificate");
    }

    @Test
    void garbageNextCaIsReplaced() {
        var reading = AuthoritySecret.read(with("next.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n"));
        assertThat(reading.state()).isEqualTo(new AuthorityState(STATE.current(), null, STATE.previous()));
        assertThat(reading.problems().getFirst())
                .startsWith("next.crt and next.key cannot be used: ")
                .endsWith("; another one will be created");
    }

    @Test
    void missingTimesMeanNotAnnouncedAndTrustedUntilExpiry() {
        var data = new HashMap<>(DATA);
        data.put("next.announced", "yesterday");
        data.remove("previous.until");
        var reading = AuthoritySecret.read(data);
        assertThat(reading.problems()).isEmpty();
        assertThat(reading.state().next().announced()).isNull();
        assertThat(reading.state().previous())
                .extracting(AuthorityState.Previous::until)
                .containsOnly(NOW.plus(LIFE));
    }

    @Test
    void unreadablePreviousCasAreReported() {
        var reading = AuthoritySecret.read(with("previous.crt", "garbage"));
        assertThat(reading.state().current()).isEqualTo(STATE.current());
        assertThat(reading.problems().getFirst()).startsWith("previous.crt cannot be read: gateways with certificates");
    }

    @Test
    void userProvidedRsaCaIsUsed() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        var keys = generator.generateKeyPair();
        var name = new X500Name("CN=somebody's authority");
        var certificate = new JcaX509v3CertificateBuilder(
                        name, BigInteger.ONE, Date.from(NOW), Date.from(NOW.plus(LIFE)), name, keys.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                .build(new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate()));
        var text = Pem.write(List.of(new JcaX509CertificateConverter().getCertificate(certificate)));
        var reading = AuthoritySecret.read(Map.of("current.crt", text, "current.key", Pem.write(keys.getPrivate())));
        assertThat(reading.problems()).isEmpty();
        var leaf = X509.issue(reading.state().current(), Subject.operator("xds.local"), NOW, LIFE);
        leaf.certificate().verify(reading.state().current().certificate().getPublicKey());
    }

    @Property(tries = 300)
    void garbageInOtherKeysLeavesTheCurrentCaUnchanged(
            @ForAll("keys") String key, @ForAll @From("garbage") String value) {
        var reading = AuthoritySecret.read(with(key, value));
        if (!key.startsWith("current.")) {
            assertThat(reading.state().current()).isEqualTo(STATE.current());
        } else if (reading.state().current() == null) {
            assertThat(reading.problems()).isNotEmpty();
        }
    }

    @Provide
    Arbitrary<String> keys() {
        return Arbitraries.of(DATA.keySet());
    }

    /** Arbitrary text, and fragments of valid data. */
    @Provide
    Arbitrary<String> garbage() {
        var pieces = Arbitraries.of(DATA.values())
                .flatMap(text -> Arbitraries.integers()
                        .between(0, text.length())
                        .flatMap(end ->
                                Arbitraries.strings().ofMaxLength(3).map(tail -> text.substring(0, end) + tail)));
        return Arbitraries.oneOf(Arbitraries.strings(), pieces);
    }

    private static Map<String, String> with(String key, String value) {
        var data = new HashMap<>(DATA);
        data.put(key, value);
        return data;
    }
}
