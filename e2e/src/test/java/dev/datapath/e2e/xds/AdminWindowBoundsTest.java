package dev.datapath.e2e.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.operator.envoy.BootstrapSpec;
import dev.datapath.operator.envoy.BootstrapSpec.AdminWindow;
import dev.datapath.operator.envoy.EnvoyResources;
import dev.datapath.operator.envoy.LastGoodBootstrap;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ports for probes and metrics of a real gateway, in front of somebody who opens connections and says little. */
@Tag("tier3")
class AdminWindowBoundsTest {
    /** What a gateway holds on such a port, and some more. */
    private static final int MOST = 256;

    private static final int MORE = 64;

    @TempDir
    private Path dir;

    private final int probe = Ports.free();
    private final int metrics = Ports.free();
    private LiveEnvoy envoy;

    @BeforeEach
    void start() throws IOException {
        var spec = new BootstrapSpec(
                "gateway-1",
                "team-a/images",
                "",
                dir.resolve("admin.sock"),
                List.of(
                        new AdminWindow("probe", "127.0.0.1", probe, List.of("/ready")),
                        new AdminWindow("metrics", "127.0.0.1", metrics, List.of("/stats/prometheus", "/clusters"))),
                1_000,
                null);
        var nothing = new EnvoyResources(List.of(), List.of(), List.of(), List.of(), List.of());
        var compressed = new ByteArrayInputStream(LastGoodBootstrap.compressed(spec, nothing));
        try (var bootstrap = new GZIPInputStream(compressed)) {
            envoy = LiveEnvoy.start(dir, "bootstrap.pb", bootstrap.readAllBytes());
        }
        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> RawClient.status(probe, "/ready") == 200);
    }

    @AfterEach
    void stop() {
        envoy.close();
    }

    @Test
    void silentConnectionsAreBoundedAndEndAndAProbeIsAnswered() throws IOException {
        var silent = new ArrayList<RawClient>();
        try {
            for (int i = 0; i < MOST + MORE; i++) {
                silent.add(RawClient.to(probe));
            }
            // The last ones are not taken at all, so they end before the first.
            for (var refused : silent.subList(MOST, MOST + MORE)) {
                assertThat(refused.patience(Duration.ofSeconds(2)).awaitEnd()).isNotEqualTo(RawClient.End.SILENT);
            }
            await().atMost(Duration.ofSeconds(10))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> RawClient.status(probe, "/ready") == 200);
            for (var held : silent) {
                assertThat(held.awaitEnd()).isNotEqualTo(RawClient.End.SILENT);
            }
        } finally {
            for (var client : silent) {
                client.close();
            }
        }
    }

    @Test
    void thePortForMetricsIsNotInTheWayOfTheOneForProbes() throws IOException {
        var silent = new ArrayList<RawClient>();
        try {
            for (int i = 0; i < MOST + MORE; i++) {
                silent.add(RawClient.to(metrics));
            }
            assertThat(RawClient.status(probe, "/ready")).isEqualTo(200);
        } finally {
            for (var client : silent) {
                client.close();
            }
        }
    }

    @Test
    void anUnfinishedHeadIsClosed() throws IOException {
        try (var client = RawClient.to(metrics)) {
            client.send("GET /stats/prometheus HTTP/1.1\r\nHost: localhost\r\n");
            assertThat(client.awaitEnd()).isNotEqualTo(RawClient.End.SILENT);
        }
    }

    @Test
    void anUnfinishedBodyIsClosed() throws IOException {
        try (var client = RawClient.to(probe)) {
            client.send("POST /ready HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nsome");
            assertThat(client.awaitEnd()).isNotEqualTo(RawClient.End.SILENT);
        }
    }

    @Test
    void aLargeHeadIsRefused() throws IOException {
        try (var client = RawClient.to(probe)) {
            client.request("GET", "/ready", "X-Large: " + "x".repeat(32_768));
            assertThat(client.answer().status()).isEqualTo(431);
        }
    }

    @Test
    void aScraperMayKeepItsConnection() throws IOException {
        try (var client = RawClient.to(metrics)) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.request("GET", "/stats/prometheus", "Accept-Encoding: gzip")
                                .answer()
                                .status())
                        .isEqualTo(200);
            }
        }
    }
}
