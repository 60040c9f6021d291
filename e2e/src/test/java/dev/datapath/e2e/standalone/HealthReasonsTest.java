package dev.datapath.e2e.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.EnvoyBinary;
import dev.datapath.e2e.rig.Exchange;
import dev.datapath.e2e.rig.FaultyNode;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.e2e.rig.TestPki;
import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.manifest.ManifestReader;
import dev.datapath.operator.standalone.Standalone;
import dev.datapath.operator.standalone.StandaloneOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What status says of a node that fails its health check: what was asked and what came, as a real gateway saw it. */
@Tag("tier3")
class HealthReasonsTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();
    private static final String SERVED = "localhost";

    @TempDir
    Path temp;

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
                overview -> {});
    }

    @AfterEach
    void stop() throws Exception {
        standalone.stop();
        standalone.close();
    }

    @Test
    void theReasonSaysWhatCame() throws IOException {
        try (var busy = checked(exchange -> exchange.answer("503 Service Unavailable", ""));
                var wrong = checked(exchange -> exchange.answer("200 OK", "maintenance"));
                var resets = checked(Exchange::reset);
                var silent = checked(exchange -> exchange.peerGoneWithin(Duration.ofSeconds(30)))) {
            int closed = Ports.free();
            write(
                    "tls: {}",
                    node("busy", busy.port()),
                    node("wrong", wrong.port()),
                    node("resets", resets.port()),
                    node("silent", silent.port()),
                    node("closed", closed));
            says(
                    asked(busy.port()) + "is answered with 503, not status 200 and the expected body",
                    asked(wrong.port()) + "is answered with 200 without the expected body",
                    asked(resets.port()) + "is refused, reset or answered without HTTP",
                    asked(silent.port()) + "gets no response within 1000 ms",
                    asked(closed) + "is refused, reset or answered without HTTP");
        }
    }

    @Test
    void theReasonNamesTheCertificateWhereThereIsOne() throws IOException {
        var pki = new TestPki("store authority");
        try (var node = FaultyNode.start(pki.issue("other.example.com"))) {
            write(
                    "tls: {mode: ServerOnly, serverName: %s, caCertificateRefs: [{name: stores}]}".formatted(SERVED),
                    node("misnamed", node.port()));
            directory.write(
                    "authority.yaml", """
                    apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: stores, namespace: ai}
                    data:
                      ca.crt: |
                    %s
                    """.formatted(pki.authority().indent(4).stripTrailing()));
            says(asked(node.port()) + "is refused or reset; certificates of this pool's nodes are not accepted: "
                    + "check serverName, caCertificateRefs and the validity of the certificates");
        }
    }

    private static ScriptedNode checked(ScriptedNode.Script script) {
        var node = ScriptedNode.start();
        node.checkScript(script);
        return node;
    }

    private static String node(String name, int port) {
        return "{name: %s, address: 127.0.0.1, port: %d}".formatted(name, port);
    }

    private static String asked(int port) {
        return "fails its health check: GET /up at port " + port + " ";
    }

    /** Without the line breaks within long texts. */
    private static String unwrapped(String yaml) {
        return yaml.replaceAll("\\s+", " ").replace("\\ \\ ", " ");
    }

    private void says(String... reasons) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(unwrapped(directory.status("storagepool-ai-training")))
                        .contains(reasons));
    }

    private void write(String tls, String... nodes) {
        directory.write(
                "training.yaml",
                Directory.dataPath("training", port, 1)
                        .replaceFirst(
                                "(?s)nodes:.*",
                                "nodes: {static: [" + String.join(", ", nodes) + "]}\n  " + tls
                                        + "\n  health: {active: {path: /up, bodyContains: in service}}\n"));
    }
}
