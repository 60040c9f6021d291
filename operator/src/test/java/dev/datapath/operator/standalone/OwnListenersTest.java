package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.manifest.ManifestReader;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pools whose nodes are gateways of this machine. The DataPath has two gateways with a port offset of ten. */
@Tag("tier2")
class OwnListenersTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();
    private static final String CHAIN = """
            apiVersion: datapath.dev/v1alpha1
            kind: DataPath
            metadata: {name: before, namespace: ai}
            spec:
              listeners: [{name: s3, protocol: HTTP, port: 7070, hostnames: [s3.lan]}]
              poolRef: {name: training}
            ---
            """;

    @TempDir
    Path directory;

    private Path source;
    private InProcessLauncher launcher;
    private Standalone operator;

    @AfterEach
    void close() throws IOException {
        operator.close();
        launcher.close();
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.1, 8090", "0.0.0.0, localhost.test, 8080"})
    void aNodeThatIsAListenerOfTheGatewaysThemselvesIsLeftOutAndReported(String bind, String address, int port)
            throws IOException {
        start(bind, dataPath("training", address, port));
        await().untilAsserted(() -> assertThat(findings())
                .contains(
                        "spec.nodes.static[1].address",
                        "listener s3 of gateway training-" + (port == 8080 ? 0 : 1),
                        "127.0.0.1 port " + port,
                        "write the address and port of the storage node"));
        assertThat(findings().lines()).hasSize(1);
        await().until(() -> status("storagepool-ai-training").contains("reason: Invalid"));
        assertThat(status("storagepool-ai-training")).contains("10.0.0.9:9000").doesNotContain("127.0.0.1:");
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.1, 8091", "127.0.0.2, 127.0.0.1, 8080"})
    void anotherProgramOfTheMachineIsANode(String bind, String address, int port) throws IOException {
        start(bind, dataPath("training", address, port));
        await().until(() -> status("storagepool-ai-training").contains("127.0.0.1:" + port));
        assertThat(findings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.1, 8080"})
    void gatewaysOfAnotherDataPathAreNodes(String bind, String address, int port) throws IOException {
        start(
                bind,
                CHAIN
                        + dataPath("training", address, port)
                                .replace("poolRef: {name: training}", "poolRef: {name: store}")
                        + "---"
                        + dataPath("store", "10.0.0.1", 9000).split("---", 2)[1].indent(0));
        await().until(() -> status("storagepool-ai-training").contains("127.0.0.1:" + port));
        assertThat(findings()).isEmpty();
    }

    private void start(String bind, String text) throws IOException {
        source = Files.createDirectory(directory.resolve("source"));
        Files.writeString(source.resolve("all.yaml"), text);
        var work = directory.resolve("w");
        launcher = new InProcessLauncher(work.resolve("xds.sock"));
        operator = Standalone.start(
                new StandaloneOptions(source, 2, 10, bind, 1, work, Path.of("envoy")),
                new ManifestReader(CATALOG, List.of(source), InstantSource.system()),
                new SimpleMeterRegistry(),
                overview -> {},
                launcher,
                (namespace, host) -> List.of(java.net.InetAddress.getByName("127.0.0.1")),
                InstantSource.system());
    }

    private static String dataPath(String name, String address, int port) {
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: %1$s, namespace: ai}
                spec:
                  listeners: [{name: s3, protocol: HTTP, port: 8080, hostnames: [s3.lan]}]
                  poolRef: {name: %1$s}
                ---
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: %1$s, namespace: ai}
                spec:
                  nodes:
                    static:
                    - {name: store, address: 10.0.0.9, port: 9000}
                    - {name: near, address: %2$s, port: %3$d}
                """.formatted(name, address, port);
    }

    private String findings() throws IOException {
        var file = source.resolve(".status/findings.txt");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    private String status(String object) throws IOException {
        var file = source.resolve(".status").resolve(object + ".yaml");
        return Files.exists(file) ? Files.readString(file) : "";
    }
}
