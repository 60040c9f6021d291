package dev.datapath.e2e.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ServedCertificate;
import dev.datapath.e2e.rig.TestPki;
import dev.datapath.operator.envoy.BootstrapSpec;
import dev.datapath.operator.envoy.EnvoyRenderer;
import dev.datapath.operator.envoy.LastGoodBootstrap;
import dev.datapath.operator.envoy.RenderOptions;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.plan.Certificate;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.TlsTermination;
import dev.datapath.operator.plan.TlsTermination.Choice;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that starts without an operator chooses certificates as one that has one. */
@Tag("tier3")
class LastGoodServerNamesTest {
    private static final TestPki PKI = new TestPki("last good");

    @TempDir
    private Path dir;

    @Test
    void certificatesAreChosenByNameWithoutAnOperator() throws IOException {
        var first = certificate("ai/first", "s3.first.test");
        var second = certificate("ai/second", "S3.Second.Test");
        int port = Ports.free();
        var tls = new TlsTermination(
                List.of(first, second),
                List.of(
                        new Choice(List.of("s3.first.test"), List.of(first.id())),
                        new Choice(List.of("s3.second.test"), List.of(second.id())),
                        new Choice(List.of(), List.of(first.id()))),
                TlsTermination.Version.TLS_1_2,
                null);
        var plan = new GatewayPlan(
                new ObjectKey("ai", "training"),
                List.of(new ListenerPlan("s3", port, List.of(), List.of(), tls, List.of(), null)),
                List.of(),
                List.of(),
                Duration.ofMinutes(1),
                GatewayPlan.AccessLog.OFF,
                false,
                1_000,
                null);
        var spec = new BootstrapSpec(
                "gateway-1", plan.dataPath().toString(), "", dir.resolve("admin.sock"), List.of(), 1_000, null);
        var resources = new EnvoyRenderer()
                .resources(plan, new RenderOptions("127.0.0.1", own -> own, false, dir.resolve("checks")));
        var compressed = new ByteArrayInputStream(LastGoodBootstrap.compressed(spec, resources));
        try (var bootstrap = new GZIPInputStream(compressed);
                var envoy = LiveEnvoy.start(dir, "bootstrap.pb", bootstrap.readAllBytes())) {
            await().atMost(Duration.ofSeconds(20)).until(() -> !RawClient.refused(port));
            assertThat(shown(port, "s3.second.test")).isEqualTo(second.chainPem());
            assertThat(shown(port, "S3.SECOND.test")).isEqualTo(second.chainPem());
            assertThat(shown(port, "S3.First.test")).isEqualTo(first.chainPem());
            assertThat(shown(port, "unknown.test")).isEqualTo(first.chainPem());
            try (var client =
                    RawClient.over(ServedCertificate.connect("127.0.0.1", port, "s3.second.test", List.of()))) {
                assertThat(client.request("GET", "/bucket/key").answer().text()).contains("NoSuchBucket");
            }
        }
    }

    private static Certificate certificate(String id, String name) {
        var pair = PKI.issue(name);
        return new Certificate(id, pair.certificate(), pair.privateKey());
    }

    private static String shown(int port, String name) throws IOException {
        return ServedCertificate.at("127.0.0.1", port, name, List.of());
    }
}
