package dev.datapath.e2e.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.ServedCertificate;
import dev.datapath.e2e.rig.TestPki;
import dev.datapath.operator.deploy.GatewaySecrets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.services.s3.S3Client;

/** A certificate's way from missing over good, broken and refused by Envoy to good again, and who notices. */
@Tag("tier4")
@ExtendWith({Installed.class, TroubledSite.Extension.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CertificateTroubleTest {
    private final TestPki pki = new TestPki("trouble");
    private TroubledSite trouble;
    private TestPki.PemPair first;

    @AutoClose
    private S3Client https;

    private UnderLoad load;

    @BeforeAll
    void start(TroubledSite site) {
        trouble = site;
        first = pki.issue(site.site().address());
        https = site.site().https(TroubledSite.TLS_PORT, ServedCertificate.trusting(pki));
        load = site.load().through(https);
    }

    @Test
    @Order(1)
    void aMissingSecretClosesItsListenerAndNoOther() throws InterruptedException {
        trouble.load().during(() -> {
            Told.by(
                    trouble::dataPath,
                    "ResolvedRefs",
                    "False",
                    "SecretNotFound",
                    "spec.listeners[1].tls.certificateRefs[0]",
                    "Secret " + trouble.namespace() + "/" + TroubledSite.CERTIFICATE + " does not exist: create it");
            Told.by(() -> trouble.listener("secure"), "ResolvedRefs", "False", "SecretNotFound");
            Told.by(() -> trouble.listener("s3"), "ResolvedRefs", "True", "ResolvedRefs");
            Told.by(() -> trouble.listener("s3"), "Programmed", "True", "Programmed");
            trouble.certificate(first.certificate(), first.privateKey());
            Told.by(trouble::dataPath, "ResolvedRefs", "True", "ResolvedRefs");
            Told.by(trouble::dataPath, "Programmed", "True", "Programmed");
        });
        assertThat(served()).isEqualTo(first.certificate());
    }

    @Test
    @Order(2)
    void garbageLeavesTheCertificateBeforeItInForce() throws InterruptedException {
        load.during(() -> {
            trouble.certificate(TestPki.garbage(), first.privateKey());
            Told.by(
                    trouble::dataPath,
                    "ResolvedRefs",
                    "False",
                    "InvalidCertificate",
                    "Secret " + trouble.namespace() + "/" + TroubledSite.CERTIFICATE + " cannot be used",
                    "write an X.509 certificate as PEM",
                    "the last good certificate stays in use");
            assertThat(served()).isEqualTo(first.certificate());
        });
    }

    /** The new leader has never seen the certificate that is in force. */
    @Test
    @Order(3)
    void itStaysInForceWhenAnotherOperatorLeads() throws InterruptedException {
        // It is kept for the next leader a few seconds after gateways acknowledged it.
        await().atMost(Told.PATIENCE).untilAsserted(() -> assertThat(kept()).contains(TroubledSite.CERTIFICATE));
        load.during(() -> {
            Pods.killLeader(trouble.installation());
            // What only the new leader can have done: it has compiled the garbage.
            trouble.site().apply("""
                    apiVersion: datapath.dev/v1alpha1
                    kind: RoutingPolicy
                    metadata: {name: after}
                    spec:
                      targetRefs: [{group: datapath.dev, kind: DataPath, name: training}]
                      rules: [{name: closed, matches: [{buckets: [closed]}], deny: {code: AccessDenied}}]
                    """);
            Told.by(() -> trouble.policy("after"), "Programmed", "True", "Programmed");
            Told.by(trouble::dataPath, "ResolvedRefs", "False", "InvalidCertificate", "stays in use");
            assertThat(served()).isEqualTo(first.certificate());
        });
        trouble.delete("routingpolicy/after");
        trouble.installation().awaitOperators();
    }

    @Test
    @Order(4)
    void whatOnlyEnvoyRefusesIsSaidInItsWords() throws InterruptedException {
        load.during(() -> {
            var odd = pki.issueWithFractionOfSecond(trouble.site().address());
            trouble.certificate(odd.certificate(), odd.privateKey());
            Told.by(
                    trouble::dataPath,
                    "Programmed",
                    "False",
                    "Rejected",
                    "gateway training-gateway-",
                    TroubledSite.CERTIFICATE,
                    "Failed to load certificate chain");
            Told.by(trouble::dataPath, "ResolvedRefs", "True", "ResolvedRefs");
            var status = trouble.site().dataPath().getStatus();
            assertThat(status.summary().synced()).isEqualTo("0/1");
            assertThat(status.gateways().rejected()).isEqualTo(1);
            assertThat(trouble.cluster().kubectl("get", "datapath", "training", "-n", trouble.namespace()))
                    .contains("False", "0/1", "1/1");
            assertThat(served()).isEqualTo(first.certificate());
        });
    }

    @Test
    @Order(5)
    void aGoodOneIsServedAndAllIsWell() throws InterruptedException {
        load.during(() -> {
            var renewed = pki.issue(trouble.site().address());
            trouble.certificate(renewed.certificate(), renewed.privateKey());
            Told.by(trouble::dataPath, "ResolvedRefs", "True", "ResolvedRefs");
            await().atMost(Told.PATIENCE)
                    .untilAsserted(() -> assertThat(served()).isEqualTo(renewed.certificate()));
            Told.by(trouble::dataPath, "Programmed", "True", "Programmed", "The gateway runs");
            Told.by(() -> trouble.listener("secure"), "Programmed", "True", "Programmed");
        });
    }

    /** What the next leader goes on with. */
    private String kept() throws IOException {
        var secret = trouble.cluster()
                .client()
                .secrets()
                .inNamespace(trouble.namespace())
                .withName("training-gateway-last-good")
                .require();
        var parts = Base64.getDecoder().decode(secret.getData().get(GatewaySecrets.LAST_GOOD_PARTS));
        try (var content = new GZIPInputStream(new ByteArrayInputStream(parts))) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String served() {
        try {
            return ServedCertificate.at(trouble.site().address(), TroubledSite.TLS_PORT);
        } catch (IOException e) {
            return "no handshake: " + e.getMessage();
        }
    }
}
