package dev.datapath.e2e.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.operator.xds.DataPathSync;
import dev.datapath.operator.xds.ResourceType;
import dev.datapath.operator.xds.Snapshot;
import dev.datapath.operator.xds.SnapshotStore;
import dev.datapath.operator.xds.XdsEvents;
import dev.datapath.operator.xds.XdsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ADS server in front of a real Envoy: what the scripted gateways of the operator's tests assume holds. */
@Tag("tier3")
class RealEnvoyTest {
    private static final String PATH = "team-a/images";
    /** Well below the 15 s that Envoy waits for endpoints that do not come. */
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    private Path dir;

    private final SnapshotStore store = new SnapshotStore();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final int xdsPort = Ports.free();
    private HttpServer backend;
    private XdsServer server;
    private LiveEnvoy envoy;
    private LiveConfig config;

    @BeforeEach
    void start() throws IOException {
        backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        backend.setExecutor(Executors.newFixedThreadPool(2));
        backend.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("ok".getBytes(StandardCharsets.US_ASCII));
            exchange.close();
        });
        backend.start();
        config = new LiveConfig(Ports.free(), "pool-a", backend.getAddress().getPort(), 1, "v1", 1);
        server = serve();
        envoy = LiveEnvoy.start(dir, PATH, "gateway-1", xdsPort, "");
    }

    @AfterEach
    void stop() {
        if (envoy != null) {
            envoy.close();
        }
        server.close();
        backend.stop(0);
    }

    @Test
    void a_gateway_serves_its_first_configuration_and_each_change() {
        run(config.withProbe("v1"), "200 v1");
        run(config.withProbe("v2"), "200 v2");
        assertThat(get("/object")).isEqualTo("200 ok");
    }

    @Test
    void a_changed_cluster_is_taken_over_without_waiting_for_a_timeout() {
        run(config, "200 v1");
        run(config.withConnectTimeout(2).withProbe("v2"), "200 v2");
        assertThat(get("/object")).isEqualTo("200 ok");
        assertThat(envoy.admin("/stats?filter=cluster_manager.warming_clusters"))
                .contains("warming_clusters: 0");
    }

    @Test
    void no_request_fails_while_one_cluster_takes_the_place_of_another() throws Exception {
        run(config, "200 v1");
        try (var client = Executors.newSingleThreadExecutor()) {
            var answers = new CopyOnWriteArrayList<String>();
            var stop = new AtomicBoolean();
            var loop = client.submit(() -> {
                while (!stop.get()) {
                    answers.add(get("/object"));
                }
            });
            for (int i = 0; i < 10; i++) {
                run(config.withCluster("pool-" + i).withProbe("swap " + i), "200 swap " + i);
            }
            stop.set(true);
            loop.get();
            assertThat(answers).isNotEmpty().allMatch("200 ok"::equals);
        }
        await().untilAsserted(() -> assertThat(envoy.admin("/clusters")).doesNotContain("pool-8::"));
    }

    @Test
    void a_rejected_route_keeps_the_last_good_one_and_the_next_version_recovers() {
        run(config, "200 v1");
        var bad = config.withHosts(2).withProbe("bad").snapshot();
        store.publish(PATH, bad);
        await().atMost(SOON).until(() -> sync().gateways().getFirst().rejecting());
        var rejection =
                sync().gateways().getFirst().types().get(ResourceType.ROUTE).rejection();
        assertThat(rejection.message()).contains("Only a single wildcard domain is permitted");
        assertThat(rejection.resource()).isEqualTo("main");
        assertThat(sync().synced(bad.version())).isFalse();
        assertThat(get("/probe")).isEqualTo("200 v1");
        assertThat(count("rejected")).isEqualTo(1);
        run(config.withProbe("v3"), "200 v3");
        assertThat(sync().gateways().getFirst().rejecting()).isFalse();
    }

    @Test
    void what_a_restarted_server_sends_changes_nothing_on_the_gateway_when_nothing_changed() throws IOException {
        var snapshot = run(config, "200 v1");
        var before = changes();
        server.close();
        log.clear();
        server = serve();
        await().atMost(SOON).until(() -> sync().synced(snapshot.version()));
        assertThat(log).contains("sent CLUSTER", "sent ENDPOINT", "sent LISTENER", "sent ROUTE");
        assertThat(changes()).isEqualTo(before);
        run(config.withProbe("v2"), "200 v2");
        assertThat(changes()).isNotEqualTo(before);
    }

    /** How often Envoy made, changed or removed something. */
    private String changes() {
        return envoy.admin("/stats?filter="
                + URLEncoder.encode(
                        "(listener|cluster)_(added|modified|updated|removed|in_place_updated)|config_reload$",
                        StandardCharsets.UTF_8));
    }

    @Test
    void what_a_rejected_change_took_away_comes_back_from_a_restarted_server() throws IOException {
        run(config, "200 v1");
        store.publish(PATH, config.snapshotWithBadListener());
        await().atMost(SOON).until(() -> sync().gateways().getFirst().rejecting());
        // A connection that is kept goes on with the listener until it has drained.
        await().atMost(SOON).until(() -> RawClient.refused(config.port()));
        server.close();
        store.publish(PATH, config.snapshot());
        server = serve();
        run(config, "200 v1");
    }

    @Test
    void what_was_deleted_while_the_server_was_away_is_deleted_on_the_gateway() throws IOException {
        run(config, "200 v1");
        server.close();
        store.publish(PATH, config.withCluster("pool-b").withProbe("v2").snapshot());
        assertThat(get("/object")).isEqualTo("200 ok");
        server = serve();
        run(config.withCluster("pool-b").withProbe("v2"), "200 v2");
        assertThat(envoy.admin("/clusters")).contains("pool-b::").doesNotContain("pool-a::");
    }

    @Test
    void a_server_without_a_snapshot_leaves_the_gateway_as_it_is() throws IOException {
        run(config, "200 v1");
        store.withdraw(PATH);
        server.close();
        server = serve();
        await().atMost(SOON).until(() -> !sync().gateways().isEmpty());
        assertThat(get("/object")).isEqualTo("200 ok");
        run(config.withProbe("v2"), "200 v2");
    }

    /** Publishes, waits until the gateway acknowledged all of it, and checks that it does what was published. */
    private Snapshot run(LiveConfig next, String probe) {
        var snapshot = next.snapshot();
        store.publish(PATH, snapshot);
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> assertThat(sync().synced(snapshot.version()))
                        .as(() -> log + " " + sync())
                        .isTrue());
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> assertThat(get("/probe")).isEqualTo(probe));
        return snapshot;
    }

    private String get(String path) {
        return LiveEnvoy.get(config.port(), path);
    }

    private DataPathSync sync() {
        return server.sync().of(PATH);
    }

    private long count(String prefix) {
        return log.stream().filter(line -> line.startsWith(prefix)).count();
    }

    private XdsServer serve() throws IOException {
        return XdsServer.builder(store)
                .address("127.0.0.1", xdsPort)
                .events(new Log())
                .start();
    }

    private final class Log implements XdsEvents {
        @Override
        public void sent(String dataPath, String gateway, ResourceType type, String version, int resources, int bytes) {
            log.add("sent " + type);
        }

        @Override
        public void rejected(String dataPath, String gateway, ResourceType type, String version, String message) {
            log.add("rejected " + type + ": " + message);
        }

        @Override
        public void acknowledged(String dataPath, String gateway, ResourceType type, String version) {
            log.add("acknowledged " + type);
        }
    }
}
