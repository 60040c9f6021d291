package dev.datapath.e2e.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.EnvoyBinary;
import dev.datapath.e2e.rig.Exchange;
import dev.datapath.e2e.rig.HttpHead;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that finishes its transfers does not keep its ports from the next one. */
@Tag("tier3")
class DrainedGatewaysTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();

    @TempDir
    Path temp;

    private final CountDownLatch release = new CountDownLatch(1);
    private final ScriptedNode node = ScriptedNode.start(this::slowly);
    private final int port = Ports.free();
    private final AtomicReference<Overview> shown = new AtomicReference<>();
    private final List<Process> readers = new ArrayList<>();
    private Directory directory;
    private Standalone standalone;

    @BeforeEach
    void start() throws IOException {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
        Awaitility.setDefaultPollInterval(Duration.ofMillis(20));
        directory = new Directory(Files.createDirectory(temp.resolve("objects")));
        declare();
        run();
        untilItServes();
    }

    @AfterEach
    void stop() throws Exception {
        release.countDown();
        standalone.stop();
        standalone.close();
        node.close();
        for (var reader : readers) {
            reader.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aGatewayThatDrainsAtARestartIsReplacedBesideItsTransfers() throws Throwable {
        servesBesideTheTransfersOfTheDrained(() -> {
            standalone.close();
            declare();
            run();
        });
    }

    @Test
    void aDataPathThatComesBackIsServedBesideTheTransfersOfItsFormerGateway() throws Throwable {
        servesBesideTheTransfersOfTheDrained(this::declare);
    }

    private void servesBesideTheTransfersOfTheDrained(Executable wantedAgain) throws Throwable {
        long before = pid();
        var metrics = gateway().metrics();
        try (var client = RawClient.to(port)) {
            var head = client.request("GET", "/bucket/slow").readHead();
            drain();
            wantedAgain.execute();

            untilItServes();
            assertThat(pid()).isNotEqualTo(before);
            assertThat(gateway().metrics()).isEqualTo(metrics);
            assertThat(gateway().restarts()).isZero();
            finish(client, head);
        }
        untilItEnded(before);
        untilItServes();
    }

    @Test
    void aProgramThatNamesTheBootstrapOfAGatewayIsNoGateway() throws Exception {
        var bootstrap = bootstrap();
        var readers = List.of(
                reader("tail", "-f", bootstrap.toString()),
                reader("sh", "-c", "read line", "--config-path", bootstrap.toString()));
        // The gateway gets a higher number than the readers.
        long first = pid();
        ProcessHandle.of(first).orElseThrow().destroyForcibly();
        await().until(() -> pid() != first && pid() != 0);
        untilItServes();
        long gateway = pid();
        standalone.close();
        run();
        untilItServes();
        assertThat(pid()).isEqualTo(gateway);
        assertThat(readers).allMatch(Process::isAlive);
        standalone.stop();
        untilItEnded(gateway);
        assertThat(readers).allMatch(Process::isAlive);
    }

    @Test
    void ofTwoProcessesOfAGatewayTheNewestStaysAndTheOtherEnds() throws Exception {
        long first = pid();
        standalone.close();
        var arguments = ProcessHandle.of(first).orElseThrow().info().arguments().orElseThrow();
        var command = new ArrayList<>(List.of(EnvoyBinary.require().toString()));
        command.addAll(List.of(arguments));
        Files.delete(bootstrap().resolveSibling("admin.sock"));
        long second = new ProcessBuilder(command)
                .directory(bootstrap().getParent().toFile())
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("second.log").toFile())
                .start()
                .pid();
        await().until(() -> Files.exists(bootstrap().resolveSibling("admin.sock"))
                || !ProcessHandle.of(second).map(ProcessHandle::isAlive).orElse(false));
        run();
        untilItEnded(first);
        untilItServes();
    }

    private Process reader(String... command) throws IOException {
        var reader = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        readers.add(reader);
        return reader;
    }

    private void drain() {
        directory.delete("training.yaml");
        await().until(() -> RawClient.refused(port));
    }

    private void declare() {
        directory.write("training.yaml", Directory.dataPath("training", port, node.port()));
    }

    private void untilItServes() {
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(directory.status("datapath-ai-training"))
                        .contains("synced: 1/1", "reason: Programmed"));
        await().atMost(Duration.ofSeconds(15))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> RawClient.status(port, "/bucket/key") == 200);
    }

    private void finish(RawClient client, HttpHead head) throws IOException {
        release.countDown();
        assertThat(new String(client.body(head).rest(), StandardCharsets.US_ASCII))
                .isEqualTo("begin and end");
    }

    private static void untilItEnded(long pid) {
        await().until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }

    private long pid() {
        return gateway().pid();
    }

    private Overview.GatewayRow gateway() {
        return shown.get().gateways().getFirst();
    }

    private Path bootstrap() throws IOException {
        try (var gateways = Files.newDirectoryStream(temp.resolve("w/g"), "training-*-0")) {
            return gateways.iterator().next().resolve("bootstrap.json");
        }
    }

    private void run() throws IOException {
        standalone = Standalone.start(
                new StandaloneOptions(directory.path(), 1, 1, "127.0.0.1", 1, temp.resolve("w"), EnvoyBinary.require()),
                new ManifestReader(CATALOG, List.of(directory.path()), InstantSource.system()),
                new SimpleMeterRegistry(),
                shown::set);
    }

    private void slowly(Exchange exchange) throws IOException, InterruptedException {
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
