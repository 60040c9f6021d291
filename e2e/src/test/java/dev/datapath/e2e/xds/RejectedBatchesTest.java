package dev.datapath.e2e.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.operator.xds.DataPathSync;
import dev.datapath.operator.xds.Resource;
import dev.datapath.operator.xds.ResourceType;
import dev.datapath.operator.xds.Snapshot;
import dev.datapath.operator.xds.SnapshotStore;
import dev.datapath.operator.xds.XdsServer;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Some of several resources that change together are bad for a real Envoy: the bad ones are rejected, also for an operator that
 * was started since, and the good ones arrive.
 */
@Tag("tier3")
class RejectedBatchesTest {
    private static final String PATH = "team-a/images";
    private static final Duration SOON = Duration.ofSeconds(15);
    private static final List<String> ALL = List.of("a", "b", "c", "d", "e");
    private static final List<String> BAD = List.of("b", "d");

    @TempDir
    private Path dir;

    private final SnapshotStore store = new SnapshotStore();
    private final int xdsPort = Ports.free();
    private final Map<String, Integer> ports = new TreeMap<>();
    private XdsServer server;
    private LiveEnvoy envoy;

    @BeforeEach
    void start() throws IOException {
        ALL.forEach(name -> ports.put(name, Ports.free()));
        server = serve();
        envoy = LiveEnvoy.start(dir, PATH, "gateway-1", xdsPort, "");
        expectRun(publish("1", ResourceType.RUNTIME), "1");
    }

    @AfterEach
    void stop() {
        envoy.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"ROUTE", "ENDPOINT", "CLUSTER", "LISTENER"})
    void badOnesStayRejectedUntilTheyAreRepaired(ResourceType type) throws IOException {
        publish("2", type);
        expectRejected(type);
        server.close();
        server = serve();
        expectRejected(type);
        expectRun(publish("3", ResourceType.RUNTIME), "3");
    }

    private void expectRejected(ResourceType type) {
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(sync().gateways()).isNotEmpty();
            var states = sync().gateways().getFirst().types();
            assertThat(states).containsKey(type);
            var rejections = states.get(type).rejections();
            if (type == ResourceType.ROUTE || type == ResourceType.ENDPOINT) {
                assertThat(rejections).extracting("resource").containsExactlyElementsOf(BAD);
            } else {
                assertThat(rejections)
                        .singleElement()
                        .satisfies(rejection -> assertThat(rejection.message()).contains("bad-b", "bad-d"));
            }
        });
        assertThat(sync().synced(snapshot("2", type).version())).isFalse();
        if (type == ResourceType.ROUTE) {
            ALL.forEach(name -> assertThat(LiveEnvoy.get(ports.get(name), "/"))
                    .isEqualTo("200 " + (BAD.contains(name) ? "1" : "2")));
        }
    }

    private void expectRun(Snapshot snapshot, String version) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(sync().synced(snapshot.version()))
                        .as(() -> sync().toString())
                        .isTrue());
        ALL.forEach(name -> assertThat(LiveEnvoy.get(ports.get(name), "/")).isEqualTo("200 " + version));
        assertThat(sync().gateways().getFirst().rejecting()).isFalse();
    }

    private Snapshot publish(String version, ResourceType bad) {
        var snapshot = snapshot(version, bad);
        store.publish(PATH, snapshot);
        return snapshot;
    }

    private Snapshot snapshot(String version, ResourceType bad) {
        var snapshot = Snapshot.builder();
        for (var name : ALL) {
            var isBad = BAD.contains(name);
            snapshot.add(cluster(name, version));
            snapshot.add(endpoints(name, isBad && bad == ResourceType.ENDPOINT ? "no address" : "127.0.0.1", version));
            snapshot.add(Resource.of(
                    listener(name, version), new Resource.References(Set.of(), Set.of(name), Set.of(), Set.of())));
            var routes = routes(name, version, isBad && bad == ResourceType.ROUTE ? 2 : 1);
            snapshot.add(Resource.of(routes, Set.of()));
            if (isBad && bad == ResourceType.CLUSTER) {
                snapshot.add(cluster("bad-" + name, version).toBuilder()
                        .setType(Cluster.DiscoveryType.STATIC)
                        .clearEdsClusterConfig()
                        .setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED)
                        .build());
            }
            if (isBad && bad == ResourceType.LISTENER) {
                var nothing = Listener.newBuilder()
                        .setName("bad-" + name)
                        .setAddress(LiveConfig.address(ports.get(name)))
                        .build();
                snapshot.add(Resource.of(nothing, Resource.References.NONE));
            }
        }
        return snapshot.build();
    }

    private static Cluster cluster(String name, String version) {
        return Cluster.newBuilder()
                .setName(name)
                .setAltStatName(name + version)
                .setType(Cluster.DiscoveryType.EDS)
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(LiveConfig.ads()))
                .build();
    }

    private static ClusterLoadAssignment endpoints(String name, String address, String version) {
        return ClusterLoadAssignment.newBuilder()
                .setClusterName(name)
                .addEndpoints(LocalityLbEndpoints.newBuilder()
                        .addLbEndpoints(LbEndpoint.newBuilder()
                                .setEndpoint(Endpoint.newBuilder()
                                        .setAddress(Address.newBuilder()
                                                .setSocketAddress(SocketAddress.newBuilder()
                                                        .setAddress(address)
                                                        .setPortValue(9000 + Integer.parseInt(version)))))))
                .build();
    }

    private Listener listener(String name, String version) {
        var manager = HttpConnectionManager.newBuilder()
                .setStatPrefix("s3")
                .setRds(Rds.newBuilder().setRouteConfigName(name).setConfigSource(LiveConfig.ads()))
                .addHttpFilters(HttpFilter.newBuilder()
                        .setName("envoy.filters.http.router")
                        .setTypedConfig(Any.pack(Router.getDefaultInstance())));
        return Listener.newBuilder()
                .setName(name)
                .setStatPrefix(name + version)
                .setAddress(LiveConfig.address(ports.get(name)))
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filter.newBuilder()
                                .setName("envoy.filters.network.http_connection_manager")
                                .setTypedConfig(Any.pack(manager.build()))))
                .build();
    }

    /** Two virtual hosts for the same domain are refused by Envoy. */
    private static RouteConfiguration routes(String name, String version, int hosts) {
        var routes = RouteConfiguration.newBuilder().setName(name);
        for (int i = 0; i < hosts; i++) {
            routes.addVirtualHosts(VirtualHost.newBuilder()
                    .setName("host-" + i)
                    .addDomains("*")
                    .addRoutes(Route.newBuilder()
                            .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                            .setDirectResponse(DirectResponseAction.newBuilder()
                                    .setStatus(200)
                                    .setBody(DataSource.newBuilder().setInlineString(version)))));
        }
        return routes.build();
    }

    private DataPathSync sync() {
        return server.sync().of(PATH);
    }

    private XdsServer serve() throws IOException {
        return XdsServer.builder(store).address("127.0.0.1", xdsPort).start();
    }
}
