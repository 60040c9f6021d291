package dev.datapath.e2e.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.datapath.e2e.rig.EnvoyBinary;
import dev.datapath.e2e.rig.Exchange;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.S3Store;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.manifest.ManifestReader;
import dev.datapath.operator.standalone.Overview;
import dev.datapath.operator.standalone.Standalone;
import dev.datapath.operator.standalone.StandaloneOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What status says of a base domain that the store does not know, as a real gateway found it out. */
@Tag("tier3")
class UnknownDomainsTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();
    private static final String KNOWN = S3Store.BASE_DOMAIN;
    private static final String UNKNOWN = "other.test";

    @TempDir
    Path temp;

    private final AtomicReference<Overview> overview = new AtomicReference<>();
    private final int port = Ports.freeRun(2);
    private Directory directory;
    private Standalone standalone;

    @BeforeEach
    void start() throws IOException {
        directory = new Directory(Files.createDirectory(temp.resolve("objects")));
        standalone = Standalone.start(
                new StandaloneOptions(directory.path(), 2, 1, "127.0.0.1", 1, temp.resolve("w"), EnvoyBinary.require()),
                new ManifestReader(CATALOG, List.of(directory.path()), InstantSource.system()),
                new SimpleMeterRegistry(),
                overview::set);
    }

    @AfterEach
    void stop() throws Exception {
        standalone.stop();
        standalone.close();
    }

    @Test
    void aDomainIsAWarningUntilTheStoreKnowsIt() {
        var domains = new AtomicReference<>(KNOWN);
        var program = S3Store.seaweedfs(domains::get);
        assumeTrue(program.missing().isEmpty(), () -> program.missing().orElseThrow());
        try (var store = S3Store.start(program, 1)) {
            var node = store.nodes().getFirst();
            serve(node.port());
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(directory.findings().lines())
                            .singleElement()
                            .asString()
                            .contains(
                                    "spec.listeners[0].baseDomains",
                                    "StoragePool training does not know base domain " + UNKNOWN,
                                    "host datapath-check-host." + UNKNOWN
                                            + ", node node-1 read the bucket from the path",
                                    "see docs/stores.md"));
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(directory.status("datapath-ai-training"))
                            .contains(UNKNOWN, "reason: Programmed")
                            .doesNotContain(KNOWN, "\"False\""));
            assertThat(directory.status("storagepool-ai-training")).contains("reason: AllHealthy");

            node.kill();
            domains.set(KNOWN + "," + UNKNOWN);
            node.restart();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> directory.findings().isEmpty());
            assertThat(directory.status("datapath-ai-training")).doesNotContain("Warning");
        }
    }

    /** As S3Proxy answers, whether it knows the domain or not. */
    @Test
    void anAnswerThatNamesNoBucketIsNoWarning() throws IOException {
        try (var node = ScriptedNode.start()) {
            node.checkScript(exchange -> exchange.answer(
                    "404 Not Found", "<Error><Code>NoSuchBucket</Code><Message>none</Message></Error>"));
            serve(node.port());
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> hosts(node)
                            .containsAll(List.of("datapath-check-host." + KNOWN, "datapath-check-host." + UNKNOWN)));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> directory.status("storagepool-ai-training").contains("reason: AllHealthy"));
            assertThat(directory.findings()).isEmpty();
            assertThat(statistics())
                    .contains("envoy_cluster_name=\"pool/training\"")
                    .doesNotContain("domain/");
        }
    }

    private static List<String> hosts(ScriptedNode node) {
        return node.checks().stream()
                .map(Exchange::head)
                .filter(head -> head.target().equals("/datapath-check-path"))
                .flatMap(head -> head.field("host").stream())
                .toList();
    }

    private String statistics() throws IOException {
        var metrics =
                Objects.requireNonNull(overview.get()).gateways().getFirst().metrics();
        try (var answer = URI.create(metrics).toURL().openStream()) {
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void serve(int nodePort) {
        directory.write(
                "training.yaml",
                Directory.dataPath("training", port, nodePort)
                        .replace(
                                "hostnames: [127.0.0.1]",
                                "hostnames: [127.0.0.1], baseDomains: [" + KNOWN + ", " + UNKNOWN + "]"));
    }
}
