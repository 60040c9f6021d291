package dev.datapath.e2e.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.e2e.xds.LiveConfig;
import dev.datapath.operator.xds.SnapshotStore;
import dev.datapath.operator.xds.XdsServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the gateway image comes to serve, with and without an operator. */
@Tag("tier3")
class LauncherStartTest {
    private static final String DATA_PATH = "team-a/images";

    @TempDir
    private Path directory;

    private final GatewayPorts ports = GatewayPorts.free();
    private final SnapshotStore store = new SnapshotStore();
    private final ScriptedNode node = ScriptedNode.start();
    private LaunchedGateway gateway;

    @BeforeEach
    void prepare() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
        Awaitility.setDefaultPollInterval(Duration.ofMillis(20));
        gateway = new LaunchedGateway(directory, ports).bootstrap(ports.asking());
    }

    @AfterEach
    void stop() {
        gateway.close();
        node.close();
    }

    @Test
    void it_is_ready_only_when_the_operator_has_configured_it() throws IOException {
        try (var operator = operator()) {
            gateway.start();
            await().until(() -> !operator.sync().of(DATA_PATH).gateways().isEmpty());
            assertThat(gateway.ready()).isFalse();

            publish();
            await().until(gateway::ready);
            assertThat(get()).isEqualTo("ok");
            assertThat(operator.sync().of(DATA_PATH).gateways().getFirst().gateway())
                    .isEqualTo("gateway-0");
        }
    }

    @Test
    void it_serves_from_the_last_good_configuration_when_no_operator_is_there() throws IOException {
        gateway.lastGood(GatewayPorts.binary(ports.serving(node.port())))
                .with("DATAPATH_FALLBACK_AFTER", 1)
                .start();
        await().until(gateway::ready);
        assertThat(get()).isEqualTo("ok");
        await().untilAsserted(() -> assertThat(gateway.leftovers()).isEmpty());

        gateway.tellToStop();
        await().until(() -> !gateway.runs());
        assertThat(gateway.exitStatus()).isZero();
    }

    @Test
    void it_prefers_an_operator_to_its_last_good_configuration() throws IOException {
        publish();
        try (var operator = operator()) {
            gateway.lastGood(GatewayPorts.binary(ports.serving(1))).start();
            await().until(gateway::ready);
            assertThat(get()).isEqualTo("ok");
            assertThat(operator.sync().of(DATA_PATH).gateways()).hasSize(1);
        }
    }

    @Test
    void without_a_last_good_configuration_it_waits_for_the_operator() throws IOException {
        gateway.with("DATAPATH_FALLBACK_AFTER", 1).start();
        await().during(Duration.ofSeconds(2)).until(() -> gateway.runs() && !gateway.ready());
        publish();
        try (var operator = operator()) {
            await().until(gateway::ready);
            assertThat(get()).isEqualTo("ok");
        }
    }

    @Test
    void a_last_good_configuration_that_cannot_be_unpacked_is_said_and_the_operator_waited_for() throws IOException {
        Files.writeString(directory.resolve("bootstrap.pb.gz"), "not compressed");
        gateway.with("DATAPATH_FALLBACK_AFTER", 1).start();
        await().untilAsserted(() ->
                assertThat(gateway.log()).contains("bootstrap.pb.gz cannot be unpacked", "waiting for the operator"));
        publish();
        try (var operator = operator()) {
            await().until(gateway::ready);
        }
    }

    @Test
    void a_last_good_configuration_that_envoy_refuses_is_said_and_the_operator_waited_for() throws IOException {
        gateway.lastGood("not a configuration".getBytes(StandardCharsets.UTF_8))
                .with("DATAPATH_FALLBACK_AFTER", 1)
                .start();
        await().untilAsserted(() -> assertThat(gateway.log())
                .contains("Envoy does not serve with the last good configuration", "waiting for the operator"));
        assertThat(gateway.leftovers()).isEmpty();
        publish();
        try (var operator = operator()) {
            await().until(gateway::ready);
        }
    }

    @Test
    void it_can_be_stopped_while_it_waits_for_the_operator() {
        gateway.start();
        await().until(() -> gateway.envoy().isPresent());
        gateway.tellToStop();
        await().until(() -> !gateway.runs());
        assertThat(gateway.exitStatus()).isZero();
        assertThat(gateway.log()).contains("stopped before a configuration was received");
    }

    @Test
    void it_ends_with_the_status_of_an_envoy_that_ends_by_itself() {
        gateway.bootstrap("{\"nonsense\": 1}").start();
        await().until(() -> !gateway.runs());
        assertThat(gateway.exitStatus()).isEqualTo(1);
        assertThat(gateway.log()).contains("Envoy exited unexpectedly with status 1");
    }

    @Test
    void it_ends_when_envoy_crashes() throws IOException {
        gateway.bootstrap(ports.serving(node.port())).start();
        await().until(gateway::ready);
        assertThat(gateway.envoy().orElseThrow().destroyForcibly()).isTrue();
        await().until(() -> !gateway.runs());
        assertThat(gateway.exitStatus()).isEqualTo(128 + 9);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            DATAPATH_WORKERS        | 0            | DATAPATH_WORKERS=0 is invalid: write a whole number from 1 to 256
            DATAPATH_WORKERS        | two          | DATAPATH_WORKERS=two is invalid
            DATAPATH_DRAIN_TIMEOUT  | 10m          | write a whole number from 0 to 86400, without a unit
            DATAPATH_DRAIN_DELAY    | -1           | DATAPATH_DRAIN_DELAY=-1 is invalid
            DATAPATH_FALLBACK_AFTER | 0            | DATAPATH_FALLBACK_AFTER=0 is invalid
            DATAPATH_ADMIN_PORT     | 99999999999  | write a whole number from 1 to 65535
            DATAPATH_LOG_LEVEL      | loud         | write one of trace, debug, info, warning, error, critical and off
            DATAPATH_BOOTSTRAP      | /nowhere     | DATAPATH_BOOTSTRAP=/nowhere is invalid: the file does not exist
            DATAPATH_ENVOY          | /nowhere     | DATAPATH_ENVOY=/nowhere is invalid: the program does not exist
            """)
    void a_wrong_setting_is_said_before_anything_runs(String setting, String value, String message) {
        gateway.with(setting, value).start();
        await().until(() -> !gateway.runs());
        assertThat(gateway.exitStatus()).isEqualTo(64);
        assertThat(gateway.log()).contains(message);
    }

    private void publish() {
        store.publish(DATA_PATH, new LiveConfig(ports.s3(), "store", node.port(), 1, "", 1).snapshot());
    }

    private XdsServer operator() throws IOException {
        return XdsServer.builder(store).address("127.0.0.1", ports.xds()).start();
    }

    private String get() throws IOException {
        try (var client = gateway.connect()) {
            return client.request("GET", "/bucket/key").answer().text();
        }
    }
}
