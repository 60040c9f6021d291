package dev.datapath.operator.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class IdentitySecretTest {
    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
    private static final Lifetimes LIFETIMES = Lifetimes.of(Duration.ofDays(365), Duration.ofDays(30));
    private static final String URI = "datapath://team-a/images";

    private final AuthorityRotation rotation = new AuthorityRotation(LIFETIMES);
    private final Issuer issuer = new Issuer(LIFETIMES);
    private final IdentitySecret identities = new IdentitySecret(issuer);
    private final AuthorityState state =
            rotation.advance(AuthorityState.NONE, false, NOW).state();
    private final Subject gateway = Subject.gateway(URI);

    @Test
    void gatewayCertificateNamesItsDataPath() throws Exception {
        var content = identities.content(Map.of(), state, gateway, NOW);
        assertThat(content.data()).containsOnlyKeys("tls.crt", "tls.key", "ca.crt");
        assertThat(content.renewed()).isEqualTo("there was none");
        assertThat(content.nextLook()).isEqualTo(NOW.plus(Duration.ofDays(20)));

        var certificate = certificate(content.data());
        assertThat(certificate.getSubjectAlternativeNames()).containsExactly(List.of(6, URI));
        assertThat(certificate.getExtendedKeyUsage()).as("client only").containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(certificate.getBasicConstraints()).as("no authority").isEqualTo(-1);
        assertThat(certificate.getNotBefore()).isEqualTo(NOW.minus(Duration.ofMinutes(5)));
        assertThat(certificate.getNotAfter()).isEqualTo(NOW.plus(Duration.ofDays(30)));
        certificate.verify(state.current().certificate().getPublicKey());
        assertThat(content.data().get("ca.crt")).isEqualTo(state.bundle());
        assertThat(IdentitySecret.announces(content.data(), state)).isTrue();
    }

    @Test
    void operatorCertificateHasItsDnsNames() throws Exception {
        var certificate = issuer.issue(state, Subject.operator("xds.ns.svc", "localhost"), NOW)
                .certificate();
        assertThat(certificate.getSubjectAlternativeNames())
                .containsExactly(List.of(2, "xds.ns.svc"), List.of(2, "localhost"));
        assertThat(certificate.getExtendedKeyUsage()).as("server only").containsExactly("1.3.6.1.5.5.7.3.1");
    }

    @Test
    void validCertificateIsKept() {
        var first = identities.content(Map.of(), state, gateway, NOW);
        var later = identities.content(
                first.data(), state, gateway, NOW.plus(Duration.ofDays(20)).minusSeconds(1));
        assertThat(later).isEqualTo(new IdentitySecret.Content(first.data(), null, first.nextLook()));
    }

    @Test
    void certificateIsRenewedWhenAThirdOfItsLifetimeIsLeft() {
        var first = identities.content(Map.of(), state, gateway, NOW);
        var later = identities.content(first.data(), state, gateway, NOW.plus(Duration.ofDays(20)));
        assertThat(later.renewed()).isEqualTo("it expires at 2026-12-01T12:00:00Z");
        assertThat(certificate(later.data())).isNotEqualTo(certificate(first.data()));
        assertThat(identities
                        .content(first.data(), state, gateway, NOW.plus(Duration.ofDays(30)))
                        .renewed())
                .isEqualTo("it has expired");
    }

    @Test
    void certificateThatIsNotValidYetIsReplaced() {
        var ahead = identities.content(Map.of(), state, gateway, NOW.plus(Duration.ofDays(21)));
        var now = NOW.plus(Duration.ofHours(1));
        var right = identities.content(ahead.data(), state, gateway, now);
        assertThat(right.renewed()).isEqualTo("it is not valid yet: the clock was ahead when it was issued");
        assertThat(certificate(right.data()).getNotBefore()).isBefore(now);
        var own = issuer.issue(state, Subject.operator("xds.ns.svc"), NOW.plus(Duration.ofDays(21)));
        assertThat(issuer.whyRenew(own, state, Subject.operator("xds.ns.svc"), now))
                .isNotNull();
    }

    @Test
    void unusableCertificateIsReplaced() {
        var data = identities.content(Map.of(), state, gateway, NOW).data();
        assertThat(identities
                        .content(data, state, Subject.gateway("datapath://team-a/logs"), NOW)
                        .renewed())
                .isEqualTo("its names are not [datapath://team-a/logs]");

        var broken = new TreeMap<>(data);
        broken.put(
                "tls.key",
                identities.content(Map.of(), state, gateway, NOW).data().get("tls.key"));
        assertThat(identities.content(broken, state, gateway, NOW).renewed())
                .isEqualTo("tls.crt and tls.key cannot be used");
    }

    @Test
    void rotatedCaReissuesAndBothCasAreTrusted() {
        var data = identities.content(Map.of(), state, gateway, NOW).data();
        var introduced = rotation.take(AuthorityStep.INTRODUCE, state, NOW);
        assertThat(IdentitySecret.announces(data, introduced)).isFalse();
        var announced = identities.content(data, introduced, gateway, NOW);
        assertThat(announced.renewed()).isNull();
        assertThat(announced.data())
                .containsEntry("tls.crt", data.get("tls.crt"))
                .containsEntry("ca.crt", introduced.bundle());

        var promoted = rotation.take(AuthorityStep.PROMOTE, introduced, NOW);
        var renewed = identities.content(announced.data(), promoted, gateway, NOW);
        assertThat(renewed.renewed()).isEqualTo("the CA was rotated");
        assertThat(Pem.write(promoted.trusted())).isEqualTo(renewed.data().get("ca.crt"));
    }

    @Test
    void certificateShortenedByItsCaIsNotRenewedRepeatedly() {
        var late = NOW.plus(Duration.ofDays(360));
        var content = identities.content(Map.of(), state, gateway, late);
        assertThat(certificate(content.data()).getNotAfter()).isEqualTo(NOW.plus(Duration.ofDays(365)));
        assertThat(identities.content(content.data(), state, gateway, late).renewed())
                .isNull();
    }

    @Test
    void longerLifetimeAppliesAtTheNextRenewal() {
        var first = identities.content(Map.of(), state, gateway, NOW);
        var longer = new IdentitySecret(new Issuer(Lifetimes.of(Duration.ofDays(365), Duration.ofDays(90))));
        assertThat(longer.content(first.data(), state, gateway, NOW).renewed()).isNull();
    }

    @Test
    void toStringDoesNotContainTheKey() {
        assertThat(state.toString())
                .contains("CN=DataPath authority")
                .doesNotContain("PRIVATE")
                .hasSizeLessThan(300);
    }

    @Test
    void lifetimesWithoutTimeForARotationAreRejected() {
        assertThatThrownBy(() -> Lifetimes.of(Duration.ofDays(60), Duration.ofDays(30)))
                .hasMessage("the CA lifetime of PT1440H is too short for certificates of PT720H:"
                        + " use at least PT2160H");
        assertThatThrownBy(() -> new Lifetimes(Duration.ofDays(1), Duration.ofMinutes(1), Duration.ofMinutes(1)))
                .hasMessage("the certificate lifetime of PT1M is too short: use at least PT3M");
        assertThat(Lifetimes.of(Duration.ofHours(8760), Duration.ofHours(720)).propagation())
                .isEqualTo(Duration.ofHours(1));
    }

    private static X509Certificate certificate(Map<String, String> data) {
        try {
            return Pem.certificates(data.get("tls.crt")).getFirst();
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
