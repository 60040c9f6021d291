package dev.datapath.e2e.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.operator.envoy.Bootstrap;
import dev.datapath.operator.envoy.BootstrapSpec;
import dev.datapath.operator.envoy.BootstrapSpec.AdminWindow;
import dev.datapath.operator.envoy.OperatorEndpoint;
import dev.datapath.operator.envoy.admin.NodeTable;
import dev.datapath.operator.model.NodeReport;
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

/** The log of health checks of a gateway in a pod, from Envoy through the launcher to the port for metrics. */
@Tag("tier3")
class CheckEventsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final GatewayPorts ports = GatewayPorts.free();
    private final int metrics = Ports.free();
    private final int node = Ports.free();
    private Path events;
    private LaunchedGateway gateway;

    @BeforeEach
    void start() throws IOException {
        events = Files.writeString(directory.resolve("datapath-check-events"), "of the process before\n");
        gateway = new LaunchedGateway(directory, ports)
                .with("DATAPATH_CHECK_EVENTS", events)
                .bootstrap(bootstrap())
                .start();
        await().atMost(LIMIT).until(gateway::ready);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void theReasonOfAFailedCheckIsShownAtThePortForMetrics() {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(new NodeTable("gateway-0", this::get, InstantSource.system())
                                .read()
                                .nodes())
                        .containsEntry(
                                "store",
                                List.of(new NodeReport(
                                        "gateway-0", "127.0.0.1", node, NodeReport.Health.BROKEN_CHECK))));
    }

    @Test
    void noOtherFileIsShown() throws IOException {
        for (var target : List.of(
                "/files/bootstrap.json",
                "/files/",
                BootstrapSpec.CHECK_EVENTS_PATH + "/../bootstrap.json",
                "/files/../bootstrap.json",
                "/files/%2e%2e/bootstrap.json")) {
            assertThat(RawClient.status(metrics, target)).as(target).isEqualTo(404);
        }
    }

    @Test
    void theLogStaysShort() throws IOException {
        await().atMost(LIMIT).until(() -> get(BootstrapSpec.CHECK_EVENTS_PATH).contains("NETWORK"));
        assertThat(Files.readString(events)).doesNotContain("of the process before");
        Files.writeString(events, "x".repeat(300_000) + "\nlast\n");
        // While it is cut, the log is empty for a moment.
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(Files.readString(events))
                        .hasSizeLessThan(200_000)
                        .contains("\nlast\n"));
    }

    private String get(String target) throws IOException {
        try (var client = RawClient.to(metrics)) {
            return client.request("GET", target).answer().text();
        }
    }

    /** That of a pod, with a pool in place of the operator's answers. */
    private String bootstrap() throws IOException {
        var spec = new BootstrapSpec(
                "",
                "ai/training",
                "",
                directory.resolve("admin.sock"),
                List.of(
                        new AdminWindow("probe", "127.0.0.1", ports.probe(), List.of("/ready")),
                        new AdminWindow("metrics", "127.0.0.1", metrics, List.of("/clusters"), events)),
                100,
                null);
        var root = (ObjectNode) JSON.readTree(Bootstrap.json(spec, OperatorEndpoint.socket(directory.resolve("none"))));
        root.remove("dynamic_resources");
        ((ArrayNode) root.at("/static_resources/clusters")).add(JSON.readTree("""
                {"name": "pool/store", "connect_timeout": "1s",
                 "load_assignment": {"cluster_name": "pool/store", "endpoints": [{"lb_endpoints": [{"endpoint": {
                   "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}}}]}]},
                 "health_checks": [{"interval": "0.1s", "no_traffic_interval": "0.1s", "timeout": "0.1s",
                   "unhealthy_threshold": 1, "healthy_threshold": 1, "http_health_check": {"path": "/"},
                   "event_logger": [{"name": "envoy.health_check.event_sinks.file", "typed_config": {
                     "@type": "type.googleapis.com/envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink",
                     "event_log_path": "%s"}}]}]}
                """.formatted(node, events)));
        return JSON.writeValueAsString(root);
    }
}
