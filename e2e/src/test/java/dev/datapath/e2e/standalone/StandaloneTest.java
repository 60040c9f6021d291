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
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user of a directory sees, with real gateways. */
@Tag("tier3")
class StandaloneTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();

    @TempDir
    Path temp;

    private final ScriptedNode node = ScriptedNode.start();
    private final int port = Ports.freeRun(2);
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final AtomicReference<Overview> overview = new AtomicReference<>();
    private Directory directory;
    private Standalone standalone;

    @BeforeEach
    void start() throws IOException {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
        Awaitility.setDefaultPollInterval(Duration.ofMillis(20));
        directory = new Directory(Files.createDirectory(temp.resolve("objects")));
        directory.write("training.yaml", Directory.dataPath("training", port, node.port()));
        var options =
                new StandaloneOptions(directory.path(), 2, 1, "127.0.0.1", 1, temp.resolve("w"), EnvoyBinary.require());
        standalone = Standalone.start(
                options,
                new ManifestReader(CATALOG, List.of(directory.path()), InstantSource.system()),
                metrics,
                overview::set);
        await().until(() -> programmed("training"));
    }

    @AfterEach
    void stop() throws Exception {
        standalone.stop();
        standalone.close();
        node.close();
    }

    @Test
    void every_gateway_serves_and_status_says_so() throws IOException {
        assertThat(RawClient.status(port, "/bucket/key")).isEqualTo(200);
        assertThat(RawClient.status(port + 1, "/bucket/key")).isEqualTo(200);
        assertThat(standalone.ready()).isTrue();
        await().untilAsserted(() -> assertThat(directory.status("datapath-ai-training"))
                .contains("observedGeneration: 1", "synced: 2/2", "reason: Programmed"));
        await().untilAsserted(() ->
                assertThat(directory.status("storagepool-ai-training")).contains("reason: AllHealthy"));
        assertThat(directory.findings()).isEmpty();
    }

    @Test
    void a_changed_file_is_in_force_at_every_gateway_when_its_policy_is_programmed() throws IOException {
        directory.write("policy.yaml", Directory.refusal("training", "closed"));
        await().until(() -> directory.status("routingpolicy-ai-refusal").contains("reason: Programmed"));
        assertThat(RawClient.status(port, "/closed/key")).isEqualTo(403);
        assertThat(RawClient.status(port + 1, "/closed/key")).isEqualTo(403);
        assertThat(RawClient.status(port, "/bucket/key")).isEqualTo(200);

        directory.delete("policy.yaml");
        await().until(() ->
                RawClient.status(port, "/closed/key") == 200 && RawClient.status(port + 1, "/closed/key") == 200);
        await().until(() -> directory.status("routingpolicy-ai-refusal").isEmpty());
    }

    @Test
    void aListenerWithHostnamesServesNoOtherHost() throws IOException {
        directory.write(
                "training.yaml",
                Directory.dataPath("training", port, node.port()).replace("[127.0.0.1]", "[s3.lan, 127.0.0.1]"));
        await().until(() -> statusFor("s3.lan") == 200);
        assertThat(statusFor("bucket.s3.other.lan")).isEqualTo(400);
        assertThat(statusFor("S3.lan.")).isEqualTo(200);
        assertThat(statusFor("s3.lan:9000")).isEqualTo(200);
        assertThat(statusFor("bucket.s3.lan")).isEqualTo(400);
        assertThat(RawClient.status(port, "/bucket/key")).isEqualTo(200);
    }

    @Test
    void aDenyByBucketWarnsWhereAnyHostIsServed() {
        directory.write(
                "training.yaml",
                Directory.dataPath("training", port, node.port()).replace(", hostnames: [127.0.0.1]", ""));
        directory.write("policy.yaml", Directory.refusal("training", "closed"));
        await().until(() -> directory.status("datapath-ai-training").contains("listeners[0].hostnames"));
    }

    private int statusFor(String host) throws IOException {
        try (var client = RawClient.to(port)) {
            client.send("GET /bucket/key HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            return client.answerTo("GET").status();
        }
    }

    @Test
    void what_cannot_be_read_is_a_finding_with_its_line_and_the_rest_keeps_running() throws IOException {
        directory.write("training.yaml", "kind: DataPath\n  metadata: [\n");
        await().until(() -> directory.findings().contains("training.yaml:"));
        directory.write("policy.yaml", Directory.refusal("training", "closed"));
        await().until(() -> RawClient.status(port, "/closed/key") == 403);
        assertThat(RawClient.status(port, "/bucket/key")).isEqualTo(200);

        directory.write("training.yaml", Directory.dataPath("training", port, node.port()));
        await().until(() -> directory.findings().isEmpty());
    }

    @Test
    void the_second_object_of_a_name_is_a_finding_and_the_first_one_stays() throws IOException {
        directory.write("zz-again.yaml", Directory.dataPath("training", port + 1000, node.port()));
        await().until(() -> directory.findings().contains("zz-again.yaml:1"));
        assertThat(directory.findings()).contains("is already defined at");
        assertThat(RawClient.status(port, "/bucket/key")).isEqualTo(200);
    }

    @Test
    void a_deleted_datapath_takes_its_gateways_and_its_status_with_it() {
        var second = Ports.freeRun(2);
        directory.write("second.yaml", Directory.dataPath("second", second, node.port()));
        await().until(() -> programmed("second"));
        directory.delete("second.yaml");
        await().until(() -> pids("second").isEmpty());
        await().until(() -> directory.status("datapath-ai-second").isEmpty());
        assertThat(programmed("training")).isTrue();
        assertThat(RawClient.refused(second)).isTrue();
    }

    @Test
    void a_gateway_that_ends_is_started_again_and_meanwhile_not_counted() {
        long pid = pids("training").get("training-1");
        assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
        await().until(() -> directory.status("datapath-ai-training").contains("synced: 1/2"));
        await().until(() -> programmed("training"));
        assertThat(pids("training").get("training-1")).isNotEqualTo(pid);
        assertThat(overview.get().gateways())
                .extracting(gateway -> gateway.name() + " " + gateway.restarts())
                .containsExactly("training-0 0", "training-1 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"96Mi", "\"512\""})
    void a_gateway_serves_with_the_least_memory_limit_and_with_one_below_it(String limit) throws IOException {
        int other = Ports.freeRun(2);
        directory.write(
                "small.yaml",
                Directory.dataPath("small", other, node.port())
                        .replace("  drain:", "  gateway: {resources: {limits: {memory: " + limit + "}}}\n  drain:"));
        await().until(() -> programmed("small"));
        for (int i = 0; i < 20; i++) {
            assertThat(RawClient.status(other, "/bucket/key")).isEqualTo(200);
        }
        assertThat(directory.status("datapath-ai-small").contains("until then 96Mi is used"))
                .isEqualTo(!limit.equals("96Mi"));
    }

    @Test
    void a_listener_whose_port_is_too_high_at_one_gateway_leaves_the_others_open() throws IOException {
        int other = Ports.freeRun(2);
        directory.write(
                "high.yaml",
                Directory.dataPath("high", other, node.port())
                        .replace("  poolRef:", "  - {name: high, protocol: HTTP, port: 65535}\n  poolRef:"));
        await().untilAsserted(() -> assertThat(directory.status("datapath-ai-high"))
                .contains("reason: Rejected", "listener high of gateway high-1 cannot open 127.0.0.1:65536 (no such"));
        for (int open : List.of(other, other + 1, 65_535)) {
            await().ignoreExceptionsInstanceOf(ConnectException.class)
                    .until(() -> RawClient.status(open, "/bucket/key") == 200);
        }
        assertThat(directory.findings())
                .contains("spec.listeners[1].port", "port 65536 at gateway high-1", "--gateways", "--port-offset");
    }

    @Test
    void a_port_in_use_is_said_at_its_listener_until_it_is_free() throws IOException {
        var second = Ports.freeRun(2);
        try (var other = new ServerSocket(second, 1, InetAddress.getLoopbackAddress())) {
            directory.write("second.yaml", Directory.dataPath("second", other.getLocalPort(), node.port()));
            await().untilAsserted(() -> assertThat(directory.status("datapath-ai-second"))
                    .contains(
                            "reason: Rejected",
                            "listener s3 of gateway second-0",
                            "127.0.0.1:" + second,
                            "spec.listeners"));
            assertThat(programmed("training")).isTrue();
        }
        await().until(() -> programmed("second"));
        assertThat(RawClient.status(second, "/bucket/key")).isEqualTo(200);
    }

    @Test
    void aPortPassesFromOneListenerToAnotherAndIsExchanged() throws IOException {
        int ports = Ports.freeRun(4);
        var s3 = "  - {name: s3, protocol: HTTP, port: " + ports + ", hostnames: [127.0.0.1]}\n";
        var moved = Directory.dataPath("moved", ports, node.port());
        directory.write("moved.yaml", moved);
        await().until(() -> programmed("moved"));
        directory.write("moved.yaml", moved.replace(s3, listeners(ports, ports + 2)));
        awaitServed(ports + 2);
        directory.write("moved.yaml", moved.replace(s3, listeners(ports + 2, ports)));
        awaitServed(ports);
    }

    private static String listeners(int other, int s3) {
        return "  - {name: plain, protocol: HTTP, port: " + other + ", hostnames: [plain.lan]}\n"
                + "  - {name: s3, protocol: HTTP, port: " + s3 + ", hostnames: [127.0.0.1]}\n";
    }

    private void awaitServed(int port) {
        for (int i = 0; i < 2; i++) {
            int gateway = port + i;
            await().ignoreExceptions().until(() -> RawClient.status(gateway, "/bucket/key") == 200);
        }
        await().until(() -> programmed("moved"));
    }

    /** Two programs that bind a port at the same moment both succeed, and Envoy acknowledges before it listens. */
    @Test
    void of_data_paths_that_take_one_port_at_the_same_moment_one_is_programmed_and_the_last_when_they_are_gone()
            throws IOException {
        int port = Ports.freeRun(2);
        var names = new ArrayList<>(List.of("one-a", "one-b", "one-c"));
        names.forEach(name -> directory.write(name + ".yaml", Directory.dataPath(name, port, node.port())));
        for (int others = names.size() - 1; others > 0; others--) {
            int atLeast = others;
            // A gateway of one and a gateway of another may have a port each; then neither DataPath is programmed.
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(names)
                            .filteredOn(name ->
                                    directory.status("datapath-ai-" + name).contains("reason: Rejected"))
                            .hasSizeGreaterThanOrEqualTo(atLeast));
            directory.delete(names.removeFirst() + ".yaml");
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> programmed(names.getFirst()));
        // The operator notices a lost port with the next report of the gateway.
        await().ignoreExceptions().until(() -> RawClient.status(port, "/bucket/key") == 200);
        await().ignoreExceptions().until(() -> RawClient.status(port + 1, "/bucket/key") == 200);
    }

    @Test
    void a_listener_may_have_a_name_that_a_gateway_uses_itself() throws IOException {
        int ports = runNamed("metrics", "probe");
        for (int i = 0; i < 4; i++) {
            assertThat(RawClient.status(ports + i, "/bucket/key")).isEqualTo(200);
        }
    }

    @Test
    void a_transfer_is_waited_for_also_at_a_listener_named_admin() throws IOException {
        int port = runNamed("admin", "s3");
        var release = new CountDownLatch(1);
        node.script(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
            release.await();
            exchange.write("cd");
        });
        long pid = pids("named").get("named-0");
        try (var client = RawClient.to(port)) {
            client.request("GET", "/bucket/key");
            await().until(() -> !node.exchanges().isEmpty());
            directory.delete("named.yaml");
            await().until(() -> RawClient.refused(port));
            await().during(Duration.ofSeconds(1))
                    .until(() ->
                            ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
            release.countDown();
            var answer = client.answer();
            assertThat(answer.end()).isEqualTo(RawClient.End.COMPLETE);
            assertThat(answer.text()).isEqualTo("abcd");
        }
    }

    /** Runs a DataPath with two listeners of these names; the first has the port that is returned, the second the next but one. */
    private int runNamed(String first, String second) {
        int ports = Ports.freeRun(4);
        directory.write(
                "named.yaml",
                Directory.dataPath("named", ports, node.port())
                        .replace(
                                "- {name: s3,",
                                "- {name: %s, protocol: HTTP, port: %d}\n  - {name: %s,"
                                        .formatted(second, ports + 2, first)));
        await().until(() -> programmed("named"));
        return ports;
    }

    @Test
    void a_node_that_is_gone_is_named_in_the_status_of_its_pool() {
        int gone = Ports.free();
        directory.write(
                "training.yaml",
                Directory.dataPath("training", port, node.port()) + "    - {name: node-2, address: 127.0.0.1, port: "
                        + gone + "}\n");
        await().untilAsserted(() -> assertThat(directory.status("storagepool-ai-training"))
                .contains("reason: Degraded", "1 of 2 nodes are healthy: node-2", "healthy: 1/2"));
    }

    @Test
    void saving_the_same_content_again_pushes_nothing_and_writes_nothing() throws IOException {
        directory.write("other.yaml", Directory.refusal("training", "closed"));
        await().until(() -> directory.status("routingpolicy-ai-refusal").contains("reason: Programmed"));
        await().until(() -> directory.status("storagepool-ai-training").contains("reason: AllHealthy"));
        var pushes = pushes();
        var status = written();

        directory.write("training.yaml", "# a comment\n" + Directory.dataPath("training", port, node.port()));
        directory.write("marker.yaml", "kind: Nonsense\n");
        await().until(() -> directory.findings().contains("marker.yaml"));
        assertThat(pushes()).isEqualTo(pushes);
        assertThat(written()).isEqualTo(status);
    }

    private double pushes() {
        return metrics.find("datapath.xds.pushes").tag("result", "sent").counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    /** When each status file was last replaced. */
    private Map<String, Object> written() throws IOException {
        var times = new TreeMap<String, Object>();
        try (var files = Files.newDirectoryStream(directory.path().resolve(".status"), "*.yaml")) {
            for (var file : files) {
                times.put(
                        file.getFileName().toString(),
                        Files.getAttribute(file, "unix:ino") + " " + Files.getLastModifiedTime(file));
            }
        }
        return times;
    }

    private boolean programmed(String name) {
        var status = directory.status("datapath-ai-" + name);
        return status.contains("synced: 2/2") && status.contains("reason: Programmed");
    }

    private Map<String, Long> pids(String dataPath) {
        var pids = new TreeMap<String, Long>();
        overview.get().gateways().stream()
                .filter(gateway -> gateway.dataPath().name().equals(dataPath))
                .forEach(gateway -> pids.put(gateway.name(), gateway.pid()));
        return pids;
    }
}
