package dev.datapath.operator.infra.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.engine.DataPaths;
import dev.datapath.operator.engine.Publisher;
import dev.datapath.operator.envoy.RenderOptions;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.status.Fleet;
import dev.datapath.operator.telemetry.GatewayReports;
import dev.datapath.operator.telemetry.ScrapeSettings;
import dev.datapath.operator.xds.SnapshotStore;
import dev.datapath.operator.xds.XdsServer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetCareTest {
    private static final ObjectKey TRAINING = new ObjectKey("ai", "training");
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-01T00:00:00Z"));
    private static final String CLUSTERS = """
            {"cluster_statuses": [{"name": "pool/rgw", "host_statuses": [
              {"address": {"socket_address": {"address": "10.0.0.1", "port_value": 8000}}}]}]}
            """;

    @TempDir
    Path temp;

    private final SnapshotStore store = new SnapshotStore();
    private final DataPaths dataPaths =
            new DataPaths(new Publisher(store, RenderOptions::pod), findings -> {}, key -> {});
    private final Set<String> scraped = ConcurrentHashMap.newKeySet();
    private final GatewayReports<String> reports = new GatewayReports<>(
            (address, target) -> {
                scraped.add(address);
                return CLUSTERS;
            },
            ScrapeSettings.PODS,
            object -> {},
            CLOCK);
    private KubernetesClient client;
    private XdsServer xds;
    private FleetCare care;

    @BeforeEach
    void open() throws IOException {
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder().withAutoConfigure(false).build())
                .build();
        xds = XdsServer.builder(store).socket(temp.resolve("xds.sock")).start();
        care = new FleetCare(client, reports, xds.sync(), CLOCK);
    }

    @AfterEach
    void close() {
        reports.close();
        xds.close();
        client.close();
    }

    @Test
    void readyPodsAreScrapedAtTheirAddresses() {
        look(dataPath("1"), pod("g-0", "10.1.0.1", "True"), pod("g-1", "10.1.0.2", "False"));
        await().until(() -> !reports.nodes("ai", "rgw").isEmpty());
        assertThat(reports.nodes("ai", "rgw"))
                .singleElement()
                .satisfies(node -> assertThat(node.gateway()).isEqualTo("g-0"));
        assertThat(scraped).containsExactly("10.1.0.1");
    }

    @Test
    void reportsAreDroppedWhenTheDataPathIsDeleted() {
        var deleted = dataPath("1");
        look(deleted, pod("g-0", "10.1.0.1", "True"));
        await().until(() -> !reports.nodes("ai", "rgw").isEmpty());
        dataPaths.remove(TRAINING, deleted);
        assertThat(reports.nodes("ai", "rgw")).isEmpty();
    }

    @Test
    void aDataPathThatIsCreatedAgainStartsWithoutReports() {
        look(dataPath("1"), pod("g-0", "10.1.0.1", "True"));
        await().until(() -> !reports.nodes("ai", "rgw").isEmpty());
        look(dataPath("2"));
        assertThat(reports.nodes("ai", "rgw")).isEmpty();
    }

    private void look(DataPath dataPath, Pod... pods) {
        care.maintain(
                dataPaths.of(TRAINING, dataPath),
                new Disconnects(),
                new Fleet(pods.length, List.of(), "", 0, ""),
                List.of(pods));
    }

    private static DataPath dataPath(String uid) {
        return Serialization.unmarshal("""
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: training, namespace: ai, uid: "%s", generation: 1}
                spec:
                  listeners:
                  - {name: http, port: 8080, protocol: HTTP}
                """.formatted(uid), DataPath.class);
    }

    private static Pod pod(String name, String address, String ready) {
        return Serialization.unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: ai}
                status:
                  phase: Running
                  podIP: %s
                  conditions:
                  - {type: Ready, status: "%s", lastTransitionTime: "2026-11-01T00:00:00Z"}
                """.formatted(name, address, ready), Pod.class);
    }
}
