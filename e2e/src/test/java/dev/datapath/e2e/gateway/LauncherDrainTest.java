package dev.datapath.e2e.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.RawClient.End;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a gateway that is told to stop leaves. */
@Tag("tier3")
class LauncherDrainTest {
    /** More than a client's kernel takes while the client pauses, and less than the gateway's kernel takes from Envoy. */
    private static final int LARGE = 600_000;

    @TempDir
    private Path directory;

    private final GatewayPorts ports = GatewayPorts.free();
    private final CountDownLatch rest = new CountDownLatch(1);
    /** Keeps the second half of what is asked for as {@code /slow} back until the test wants it. */
    private final ScriptedNode node = ScriptedNode.start(exchange -> {
        if (exchange.head().target().equals("/slow")) {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
            rest.await();
            exchange.write("half");
        } else if (exchange.head().target().equals("/large")) {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n" + "x".repeat(LARGE));
        } else {
            ScriptedNode.OK.answer(exchange);
        }
    });

    private LaunchedGateway gateway;

    @BeforeEach
    void prepare() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
        Awaitility.setDefaultPollInterval(Duration.ofMillis(20));
        gateway = new LaunchedGateway(directory, ports).bootstrap(ports.serving(node.port()));
    }

    @AfterEach
    void stop() {
        rest.countDown();
        gateway.close();
        node.close();
    }

    @Test
    void a_slow_download_is_waited_for() throws IOException {
        start();
        try (var client = gateway.connect()) {
            var head = client.request("GET", "/slow").readHead();
            var body = client.body(head);
            assertThat(body.next(4)).asString().isEqualTo("half");
            gateway.tellToStop();
            await().until(gateway::refuses);
            await().during(Duration.ofSeconds(1)).until(gateway::runs);

            rest.countDown();
            assertThat(body.rest()).asString().isEqualTo("half");
        }
        ended();
        assertThat(gateway.log()).contains("drained");
    }

    /** Envoy has handed all of the answer to the kernel, and the network of a container ends with the container. */
    @Test
    void what_the_kernel_has_not_sent_yet_is_waited_for() throws IOException {
        start();
        try (var client = gateway.connect();
                var idle = gateway.connect()) {
            assertThat(idle.request("GET", "/key").answer().status()).isEqualTo(200);
            var body = client.body(client.request("GET", "/large").readHead());
            assertThat(body.next(1)).asString().isEqualTo("x");
            gateway.tellToStop();
            await().until(gateway::refuses);
            await().during(Duration.ofSeconds(1)).until(gateway::runs);

            assertThat(body.rest()).hasSize(LARGE - 1);
        }
        ended();
        assertThat(gateway.log()).contains("drained");
    }

    @Test
    void who_says_nothing_on_the_launchers_port_is_not_in_the_way_of_a_drain() throws IOException {
        start();
        var silent = new ArrayList<RawClient>();
        try {
            for (int i = 0; i < 100; i++) {
                silent.add(RawClient.to(ports.admin()));
            }
            silent.getFirst().send("GET /ready HTTP/1.1\r\nHost: localhost\r\n");
            for (var client : silent) {
                assertThat(client.awaitEnd()).isNotEqualTo(RawClient.End.SILENT);
            }
            for (int i = 0; i < 100; i++) {
                silent.add(RawClient.to(ports.admin()));
            }
            gateway.tellToStop();
            ended();
            assertThat(gateway.log()).contains("drained");
        } finally {
            for (var client : silent) {
                client.close();
            }
        }
    }

    @Test
    void clients_are_told_to_leave_and_served_until_they_do() throws IOException {
        gateway.with("DATAPATH_DRAIN_DELAY", 3600);
        start();
        try (var kept = gateway.connect()) {
            assertThat(kept.request("GET", "/key").answer().head().field("connection"))
                    .isEmpty();
            gateway.tellToStop();
            // The load balancers' time: they see that it is not ready, and whom they still send is served.
            await().until(() -> gateway.readiness().equals("503 DRAINING"));
            told(kept);
            try (var late = gateway.connect()) {
                told(late);
            }
        }
    }

    @Test
    void old_connections_are_served_when_new_ones_are_refused() throws IOException {
        start();
        try (var slow = gateway.connect();
                var kept = gateway.connect()) {
            assertThat(kept.request("GET", "/key").answer().status()).isEqualTo(200);
            slow.request("GET", "/slow").readHead();
            gateway.tellToStop();
            await().until(gateway::refuses);
            told(kept);
            assertThat(gateway.readiness()).as("the probe is still answered").isEqualTo("503 DRAINING");
        }
        // The client of the slow download has gone, so nothing is left to wait for.
        ended();
    }

    @Test
    void a_transfer_longer_than_the_drain_timeout_is_cut() throws IOException {
        gateway.with("DATAPATH_DRAIN_TIMEOUT", 1);
        start();
        try (var client = gateway.connect()) {
            client.request("GET", "/slow").readHead();
            gateway.tellToStop();
            assertThat(client.awaitEnd()).isNotEqualTo(End.SILENT);
        }
        ended();
        assertThat(gateway.log()).contains("aborting requests that are still active 1 s after the drain began");
    }

    /** For longer than one question to the admin interface may take. */
    @Test
    void an_envoy_that_does_not_answer_for_a_while_is_drained_too() throws IOException {
        start();
        var envoy = gateway.envoy().orElseThrow();
        try (var client = gateway.connect()) {
            var body = client.body(client.request("GET", "/slow").readHead());
            assertThat(body.next(4)).asString().isEqualTo("half");
            signal("STOP", envoy);
            gateway.tellToStop();
            await().untilAsserted(() -> assertThat(gateway.log()).contains("draining"));
            await().during(Duration.ofSeconds(6)).until(gateway::runs);
            signal("CONT", envoy);
            await().until(gateway::refuses);
            assertThat(envoy.isAlive()).isTrue();

            rest.countDown();
            assertThat(body.rest()).asString().isEqualTo("half");
        }
        ended();
        assertThat(gateway.log()).contains("drained");
    }

    /** By the shell's own command: a small system has no other. */
    private static void signal(String name, ProcessHandle process) throws IOException {
        try {
            var kill = new ProcessBuilder("bash", "-c", "kill -" + name + " " + process.pid());
            assertThat(kill.start().waitFor()).isZero();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** A storage node may have any address, also one of the gateway's own. */
    @ParameterizedTest
    @ValueSource(strings = {"/quitquitquit", "/healthcheck/fail", "/drain_listeners?inboundonly", "/stats", "/ready"})
    void clientsCannotReachTheAdminInterfaceThroughANode(String path) throws IOException {
        gateway.bootstrap(ports.serving(ports.admin()));
        start();
        try (var client = gateway.connect()) {
            assertThat(client.request("POST", path).answer().status()).isIn(404, 503);
        }
        try (var client = gateway.connect()) {
            assertThat(client.request("GET", path).answer().status()).isIn(404, 503);
        }
        assertThat(gateway.ready()).isTrue();
        gateway.tellToStop();
        ended();
    }

    @Test
    void a_second_signal_ends_it_at_once() throws IOException {
        start();
        try (var client = gateway.connect()) {
            client.request("GET", "/slow").readHead();
            gateway.tellToStop();
            await().until(gateway::refuses);
            gateway.tellToStop();
            assertThat(client.awaitEnd()).isNotEqualTo(End.SILENT);
        }
        ended();
        assertThat(gateway.log()).contains("second stop signal");
    }

    @Test
    void a_second_signal_ends_the_wait_for_load_balancers_too() throws IOException {
        gateway.with("DATAPATH_DRAIN_DELAY", 3600);
        start();
        gateway.tellToStop();
        await().until(() -> gateway.readiness().equals("503 DRAINING"));
        gateway.tellToStop();
        ended();
    }

    @Test
    void an_envoy_that_crashes_during_the_drain_ends_it() throws IOException {
        start();
        try (var client = gateway.connect()) {
            client.request("GET", "/slow").readHead();
            gateway.tellToStop();
            await().until(gateway::refuses);
            gateway.envoy().orElseThrow().destroyForcibly();
            await().until(() -> !gateway.runs());
            assertThat(gateway.exitStatus()).isEqualTo(128 + 9);
        }
    }

    private void start() {
        gateway.start();
        await().until(gateway::ready);
    }

    private void ended() {
        await().untilAsserted(() -> assertThat(gateway.runs()).as(gateway.log()).isFalse());
        assertThat(gateway.exitStatus()).isZero();
    }

    private static void told(RawClient client) throws IOException {
        var answer = client.request("GET", "/key").answer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("ok");
        assertThat(answer.head().field("connection")).contains("close");
    }
}
