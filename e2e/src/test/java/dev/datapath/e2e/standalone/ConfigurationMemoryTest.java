package dev.datapath.e2e.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.EnvoyBinary;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.manifest.ManifestReader;
import dev.datapath.operator.standalone.Overview;
import dev.datapath.operator.standalone.Standalone;
import dev.datapath.operator.standalone.StandaloneOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may write a RoutingPolicy cannot fill the memory of the gateways, which compile an expression for each key prefix. */
@Tag("tier3")
class ConfigurationMemoryTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();
    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** Of the 1 GiB that a gateway has by default, at which it stops to serve at 95 %. */
    private static final long MOST_KIB = 800 << 10;

    private static final int POLICIES = 5;
    private static final int RULES = 48;

    @TempDir
    Path temp;

    /** Each makes a key prefix of a thousand bytes. */
    @ParameterizedTest
    @ValueSource(strings = {"ü", "a/", "?& +"})
    void denyRulesForLongKeyPrefixesLeaveAGatewayItsMemory(String part) throws Exception {
        var shown = new AtomicReference<Overview>();
        var directory = new Directory(Files.createDirectory(temp.resolve("objects")));
        int port = Ports.free();
        try (var node = ScriptedNode.start()) {
            directory.write(
                    "training.yaml",
                    Directory.dataPath("training", port, 1)
                            .replaceFirst(
                                    "(?s)nodes:.*",
                                    "nodes: {static: [{name: a, address: 127.0.0.1, port: " + node.port() + "}]}\n"));
            for (int i = 0; i < POLICIES; i++) {
                directory.write("policy-" + i + ".yaml", policy(i, part));
            }
            var standalone = Standalone.start(
                    new StandaloneOptions(
                            directory.path(), 1, 0, "127.0.0.1", 1, temp.resolve("w"), EnvoyBinary.require()),
                    new ManifestReader(CATALOG, List.of(directory.path()), InstantSource.system()),
                    new SimpleMeterRegistry(),
                    shown::set);
            try {
                await().atMost(LIMIT)
                        .ignoreExceptions()
                        .untilAsserted(() ->
                                assertThat(RawClient.status(port, "/open/key")).isEqualTo(200));
                assertThat(residentKib(shown.get().gateways().getFirst().pid())).isLessThan(MOST_KIB);
                var statuses = new ArrayList<Integer>();
                for (int i = 0; i < POLICIES; i++) {
                    statuses.add(RawClient.status(port, "/bucket-" + i + "-0/any"));
                }
                assertThat(statuses).as("what is too large denies its buckets").contains(200, 403);
                assertThat(shown.get().findings())
                        .anySatisfy(finding -> assertThat(finding.toString()).contains("gateway configuration"));
            } finally {
                standalone.stop();
                standalone.close();
            }
        }
    }

    private static String policy(int number, String part) {
        int octets = part.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        var rules = new StringBuilder();
        for (int i = 0; i < RULES; i++) {
            rules.append("  - {name: d%d, matches: [{buckets: [\"bucket-%d-%d*\"], keyPrefix: \"%s\"}], deny: {}}\n"
                    .formatted(i, number, i, part.repeat(1000 / octets)));
        }
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: RoutingPolicy
                metadata: {name: policy-%d, namespace: ai}
                spec:
                  targetRefs: [{group: datapath.dev, kind: DataPath, name: training}]
                  rules:
                %s""".formatted(number, rules);
    }

    private static long residentKib(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
