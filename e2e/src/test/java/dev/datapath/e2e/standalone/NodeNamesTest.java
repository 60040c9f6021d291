package dev.datapath.e2e.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.datapath.e2e.rig.EnvoyBinary;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The spellings of a node's address and name, from the file over a real gateway to status. */
@Tag("tier3")
class NodeNamesTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();

    @TempDir
    Path temp;

    private final int port = Ports.free();
    private Directory directory;
    private Standalone standalone;

    @BeforeEach
    void start() throws IOException {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
        Awaitility.setDefaultPollInterval(Duration.ofMillis(20));
        directory = new Directory(Files.createDirectory(temp.resolve("objects")));
        standalone = Standalone.start(
                new StandaloneOptions(directory.path(), 1, 0, "127.0.0.1", 1, temp.resolve("w"), EnvoyBinary.require()),
                new ManifestReader(CATALOG, List.of(directory.path()), InstantSource.system()),
                new SimpleMeterRegistry(),
                overview -> {});
    }

    @AfterEach
    void stop() throws Exception {
        standalone.stop();
        standalone.close();
    }

    @ParameterizedTest
    @CsvSource({"::1, '[::1]'", "0:0::0:1, '[::1]'", "0000:0:0:0:0:0:0:0001, '[::1]'"})
    void anIpv6NodeIsHealthyInEverySpelling(String address, String shown) {
        assumeTrue(Ports.canListenAt("::1"), "this machine has no address ::1: switch IPv6 on");
        try (var node = ScriptedNode.startAt("::1")) {
            write("static: [{name: node-1, address: \"" + address + "\", port: " + node.port() + "}]");
            healthy(shown + ":" + node.port());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "localhost.", "LocalHost", "LOCALHOST."})
    void aNameIsTheSameWithCapitalsAndADotAtItsEnd(String name) {
        try (var node = ScriptedNode.start()) {
            write("static: [{name: node-1, address: " + name + ", port: " + node.port() + "}]");
            serves(node);
            write("dns: {hostname: " + name + ", port: " + node.port() + ", refresh: 1s}");
            serves(node);
        }
    }

    /** The name may have an IPv6 address, too, at which no node listens. */
    private void serves(ScriptedNode node) {
        await().untilAsserted(() -> assertThat(directory.status("storagepool-ai-training"))
                .contains("address: 127.0.0.1:" + node.port(), "state: Healthy"));
        await().until(() -> RawClient.status(port, "/bucket/key") == 200);
        assertThat(directory.findings()).isEmpty();
    }

    private void healthy(String endpoint) {
        await().untilAsserted(() -> assertThat(directory.status("storagepool-ai-training"))
                .contains(endpoint, "reason: AllHealthy", "healthyNodes: 1"));
        assertThat(directory.findings()).isEmpty();
    }

    private void write(String nodes) {
        directory.write(
                "training.yaml",
                Directory.dataPath("training", port, 1).replaceFirst("(?s)nodes:.*", "nodes:\n    " + nodes + "\n"));
    }
}
