package dev.datapath.e2e.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a whole: signals, its own death, health and metrics. */
@Tag("tier3")
class RunCommandTest {
    private static final Pattern PID = Pattern.compile("gateway training-0 of ai/training: running, pid (\\d+)");

    @TempDir
    Path temp;

    private final CountDownLatch release = new CountDownLatch(1);
    private final ScriptedNode node = ScriptedNode.start(this::slowly);
    private final int port = Ports.free();
    private Directory directory;

    @BeforeEach
    void prepare() throws IOException {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
        Awaitility.setDefaultPollInterval(Duration.ofMillis(50));
        directory = new Directory(Files.createDirectory(temp.resolve("objects")));
        directory.write("training.yaml", Directory.dataPath("training", port, node.port()));
    }

    @AfterEach
    void close() {
        release.countDown();
        node.close();
    }

    @Test
    void a_signal_lets_a_download_finish_and_refuses_new_connections() throws Exception {
        try (var operator = start("one");
                var client = RawClient.to(port)) {
            var head = client.request("GET", "/bucket/slow").readHead();
            operator.signal("TERM");
            await().until(() -> RawClient.refused(port));
            assertThat(operator.alive()).isTrue();

            release.countDown();
            var body = client.body(head).rest();
            assertThat(new String(body, java.nio.charset.StandardCharsets.US_ASCII))
                    .isEqualTo("begin and end");
            assertThat(operator.awaitExit(20)).isZero();
        }
    }

    @Test
    void a_terminal_that_is_closed_stops_it_as_a_signal_does() throws Exception {
        try (var operator = start("one")) {
            operator.signal("HUP");
            assertThat(operator.awaitExit(30)).isZero();
        }
        await().until(() -> RawClient.refused(port));
    }

    @Test
    void a_structured_log_has_the_object_and_the_reconciliation_as_fields() throws Exception {
        var structured = Map.of("QUARKUS_LOG_CONSOLE_JSON_ENABLED", "true");
        try (var operator =
                OperatorProcess.run(directory.path(), temp.resolve("w"), temp.resolve("one.log"), structured)) {
            await().until(() -> published(operator).isPresent());
            var line = new ObjectMapper().readTree(published(operator).orElseThrow());
            assertThat(line.at("/mdc/object").asText()).isEqualTo("DataPath ai/training");
            assertThat(line.at("/mdc/reconciliation").asText()).startsWith("#");
            assertThat(line.at("/level").asText()).isEqualTo("INFO");
        }
    }

    private static Optional<String> published(OperatorProcess operator) {
        return operator.output()
                .lines()
                .filter(line -> line.startsWith("{") && line.contains(" published\""))
                .findFirst();
    }

    @Test
    void stop_ends_a_run_and_its_gateways() throws Exception {
        try (var operator = start("one")) {
            assertThat(OperatorProcess.command("stop", directory.path().toString()))
                    .startsWith("0 stopped process ");
            assertThat(operator.awaitExit(20)).isZero();
            assertThat(RawClient.refused(port)).isTrue();
            assertThat(OperatorProcess.command("stop", directory.path().toString()))
                    .isEqualTo("0 nothing is running\n");
        }
    }

    /** As where a new release of manifests is taken by a changed link. */
    @Test
    void stop_ends_a_run_whose_directory_is_a_link_that_leads_elsewhere_now() throws Exception {
        var link = Files.createSymbolicLink(temp.resolve("current"), directory.path());
        var work = temp.resolve("w");
        try (var operator = OperatorProcess.run(link, work, temp.resolve("one.log"))) {
            await().untilAsserted(() -> assertThat(operator.output()).contains("running, pid", "Programmed=True"));
            Files.delete(link);
            Files.createSymbolicLink(link, Files.createDirectory(temp.resolve("next")));
            assertThat(OperatorProcess.command("stop", link.toString(), "--work-dir", work.toString()))
                    .startsWith("0 stopped process ");
            assertThat(operator.awaitExit(20)).isZero();
        }
    }

    @Test
    void stop_ends_the_gateways_of_a_killed_run() throws Exception {
        try (var operator = start("one")) {
            operator.signal("KILL");
            operator.awaitExit(10);
        }
        assertThat(RawClient.status(port, "/bucket/key")).isEqualTo(200);
        assertThat(OperatorProcess.command("stop", directory.path().toString()))
                .isEqualTo("0 ended 1 gateway of a killed run\n");
        assertThat(RawClient.refused(port)).isTrue();
    }

    @Test
    void a_directory_is_served_by_one_operator_whatever_its_work_directory() throws Exception {
        try (var first = start("one")) {
            try (var second = OperatorProcess.run(directory.path(), temp.resolve("v"), temp.resolve("two.log"))) {
                assertThat(second.awaitExit(60)).isEqualTo(1);
                assertThat(second.output()).contains("another datapath run serves " + directory.path());
            }
            first.signal("KILL");
            first.awaitExit(10);
        }
        try (var third = start("three")) {
            assertThat(third.alive()).isTrue();
        }
    }

    @Test
    void a_second_signal_does_not_wait_for_transfers() throws Exception {
        try (var operator = start("one");
                var client = RawClient.to(port)) {
            client.request("GET", "/bucket/slow").readHead();
            operator.signal("TERM");
            await().until(() -> RawClient.refused(port));
            // Not INT: a shell's background jobs, and what they start, ignore it.
            operator.signal("TERM");
            assertThat(operator.awaitExit(20)).isZero();
        }
    }

    @Test
    void gateways_outlive_a_killed_operator_and_the_next_one_takes_them_over() throws Exception {
        long pid;
        try (var first = start("one")) {
            pid = pid(first);
            first.signal("KILL");
            first.awaitExit(10);
        }
        assertThat(RawClient.status(port, "/bucket/key")).isEqualTo(200);

        directory.write("policy.yaml", Directory.refusal("training", "closed"));
        try (var second = start("two")) {
            assertThat(pid(second)).isEqualTo(pid);
            await().until(() -> RawClient.status(port, "/closed/key") == 403);
            second.signal("TERM");
            assertThat(second.awaitExit(20)).isZero();
        }
        await().until(() -> RawClient.refused(port));
    }

    @Test
    void gateways_that_nobody_wants_any_more_are_drained_by_the_next_operator() throws Exception {
        try (var first = start("one")) {
            first.signal("KILL");
            first.awaitExit(10);
        }
        directory.delete("training.yaml");
        try (var second = OperatorProcess.run(directory.path(), temp.resolve("w"), temp.resolve("two.log"))) {
            await().until(() -> RawClient.refused(port));
            assertThat(second.alive()).isTrue();
        }
    }

    @Test
    void health_and_metrics_tell_how_it_is() throws Exception {
        try (var operator = start("one")) {
            assertThat(operator.http("/q/health"))
                    .contains("\"status\": \"UP\"", "control loop", "first plans compiled");
            await().untilAsserted(() -> assertThat(operator.http("/q/metrics"))
                    .contains(
                            "datapath_gateways{state=\"running\"} 1.0",
                            "datapath_compile_seconds_count",
                            "datapath_config_apply_seconds_count 1",
                            "datapath_reloads_total 1.0",
                            "datapath_xds_pushes_total{result=\"acknowledged\",type=\"listener\"} 1.0"));
        }
    }

    @Test
    void one_directory_is_served_by_one_operator() throws Exception {
        try (var first = start("one");
                var second = OperatorProcess.run(directory.path(), temp.resolve("w"), temp.resolve("two.log"))) {
            assertThat(second.awaitExit(60)).isEqualTo(1);
            assertThat(second.output()).contains("error: another datapath run uses this directory");
            assertThat(first.alive()).isTrue();
        }
    }

    @Test
    void the_gateways_files_are_no_manifests_also_below_the_directory() throws Exception {
        var inside = directory.path().resolve("work");
        try (var operator = OperatorProcess.run(directory.path(), inside, temp.resolve("one.log"))) {
            await().untilAsserted(() -> assertThat(operator.output()).contains("running, pid", "Programmed=True"));
            directory.write("policy.yaml", Directory.refusal("training", "closed"));
            await().until(() -> directory.status("routingpolicy-ai-refusal").contains("reason: Programmed"));
            assertThat(directory.findings()).isEmpty();
        }
    }

    private OperatorProcess start(String name) throws IOException {
        var operator = OperatorProcess.run(directory.path(), temp.resolve("w"), temp.resolve(name + ".log"));
        await().untilAsserted(() -> assertThat(operator.output()).contains("running, pid", "Programmed=True"));
        return operator;
    }

    private static long pid(OperatorProcess operator) {
        var line = PID.matcher(operator.output());
        assertThat(line.find()).isTrue();
        return Long.parseLong(line.group(1));
    }

    private void slowly(dev.datapath.e2e.rig.Exchange exchange) throws IOException, InterruptedException {
        exchange.readBody();
        if (exchange.head().target().endsWith("/slow")) {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nbegin");
            release.await();
            exchange.write(" and end");
        } else {
            exchange.answer("200 OK", "ok");
        }
    }
}
