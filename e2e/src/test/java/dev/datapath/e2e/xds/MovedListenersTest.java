package dev.datapath.e2e.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.ServedCertificate;
import dev.datapath.e2e.rig.TestPki;
import dev.datapath.operator.xds.DataPathSync;
import dev.datapath.operator.xds.Resource;
import dev.datapath.operator.xds.Snapshot;
import dev.datapath.operator.xds.SnapshotStore;
import dev.datapath.operator.xds.XdsServer;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
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
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real Envoy gets from each set of listeners to each other one, whichever listener takes the port of which. */
@Tag("tier3")
class MovedListenersTest {
    private static final String PATH = "team-a/images";
    private static final Duration SOON = Duration.ofSeconds(15);

    @TempDir
    private Path dir;

    private final SnapshotStore store = new SnapshotStore();
    private final TestPki.PemPair pair = new TestPki("moved listeners").issue("s3.example");
    private final int xdsPort = Ports.free();
    private final int[] ports = {Ports.free(), Ports.free(), Ports.free(), Ports.free()};
    private boolean reusePort = true;
    private XdsServer server;
    private LiveEnvoy envoy;

    @BeforeEach
    void start() throws IOException {
        server = serve();
        envoy = LiveEnvoy.start(dir, PATH, "gateway-1", xdsPort, "");
    }

    @AfterEach
    void stop() {
        envoy.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "renamed", "web"})
    void anotherListenerTakesThePortOfOneThatMoves(String taker) {
        run("s3:0");
        run("s3:1", taker + ":0");
        run("s3:0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "web"})
    void aListenerMovesToHttpsAndAnotherOneServesItsFormerPort(String taker) {
        run("s3:0");
        run("s3:1:tls", taker + ":0");
        run("s3:0:tls", taker + ":1");
        run("s3:0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "web"})
    void aListenerIsRenamed(String name) {
        run("s3:0");
        run(name + ":0");
    }

    /** Standalone gateways open their ports without SO_REUSEPORT. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void twoListenersExchangeTheirPorts(boolean reusesPorts) {
        reusePort = reusesPorts;
        run("a:0", "b:1");
        run("a:1", "b:0");
        run("a:0", "b:1");
    }

    @Test
    void threeListenersPassTheirPortsRoundAndTheFourthNoticesNothing() throws IOException {
        run("a:0", "b:1", "c:2", "d:3");
        try (var untouched = new Socket(InetAddress.getLoopbackAddress(), ports[3])) {
            untouched.setSoTimeout(10_000);
            assertThat(ask(untouched)).isEqualTo("d");
            run("a:1", "b:2", "c:0", "d:3");
            run("a:2:tls", "b:0", "c:1", "d:3");
            assertThat(ask(untouched)).as("on the connection of before").isEqualTo("d");
        }
    }

    @Test
    void aChainOfListenersMovesUp() {
        run("a:0", "b:1", "c:2");
        run("a:1", "b:2", "c:3", "new:0");
        run("a:0", "b:1", "c:2");
    }

    /** The new one does not know who has which port. */
    @Test
    void portsAreExchangedWhileTheOperatorIsReplaced() throws IOException {
        run("a:0", "b:1", "c:2");
        server.close();
        store.publish(PATH, snapshot("a:1", "b:0", "c:2"));
        server = serve();
        run("a:1", "b:0", "c:2");
    }

    @Test
    void aPortThatWasInUseIsOpenedSoonAfterItIsFree() throws IOException {
        run("s3:0");
        try (var other = new ServerSocket()) {
            other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), ports[1]));
            store.publish(PATH, snapshot("extra:1", "s3:0"));
            await().atMost(SOON).until(() -> sync().gateways().getFirst().rejecting());
            assertThat(get(ports[0], false)).isEqualTo("s3");
        }
        run("extra:1", "s3:0");
    }

    /** Each listener as {@code name:index of its port} or, with TLS, {@code name:index:tls}. */
    private void run(String... listeners) {
        var snapshot = snapshot(listeners);
        store.publish(PATH, snapshot);
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(sync().synced(snapshot.intent()))
                    .as(() -> sync().toString())
                    .isTrue();
            assertThat(sync().gateways().getFirst().rejecting()).isFalse();
        });
        for (var listener : listeners) {
            var parts = listener.split(":");
            int port = ports[Integer.parseInt(parts[1])];
            await().atMost(SOON)
                    .untilAsserted(
                            () -> assertThat(get(port, parts.length == 3)).isEqualTo(parts[0]));
        }
    }

    /** On a connection of its own: Envoy lets those of a listener that is gone end slowly. */
    private static String get(int port, boolean tls) {
        try (var connection = tls
                ? ServedCertificate.connect("127.0.0.1", port, null, List.of())
                : new Socket(InetAddress.getLoopbackAddress(), port)) {
            connection.setSoTimeout(5_000);
            return ask(connection);
        } catch (IOException e) {
            return "no answer: " + e;
        }
    }

    /** The body of the answer to one request; the connection stays open. */
    private static String ask(Socket connection) throws IOException {
        connection.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        var answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            int next = connection.getInputStream().read();
            if (next < 0) {
                throw new IOException("closed after: " + answer);
            }
            answer.append((char) next);
        }
        var length = answer.toString().replaceAll("(?is).*content-length: (\\d+).*", "$1");
        return new String(connection.getInputStream().readNBytes(Integer.parseInt(length)), StandardCharsets.US_ASCII);
    }

    private Snapshot snapshot(String... listeners) {
        var snapshot = Snapshot.builder();
        boolean anyTls = false;
        for (var listener : listeners) {
            var parts = listener.split(":");
            boolean tls = parts.length == 3;
            anyTls |= tls;
            snapshot.add(Resource.of(
                    listener(parts[0], ports[Integer.parseInt(parts[1])], tls),
                    new Resource.References(Set.of(), Set.of(parts[0]), tls ? Set.of("key") : Set.of(), Set.of())));
            snapshot.add(Resource.of(routes(parts[0]), Set.of()));
        }
        if (anyTls) {
            snapshot.add(certificate());
        }
        return snapshot.build();
    }

    private Secret certificate() {
        return Secret.newBuilder()
                .setName("key")
                .setTlsCertificate(TlsCertificate.newBuilder()
                        .setCertificateChain(DataSource.newBuilder().setInlineString(pair.certificate()))
                        .setPrivateKey(DataSource.newBuilder().setInlineString(pair.privateKey())))
                .build();
    }

    private Listener listener(String name, int port, boolean tls) {
        var manager = HttpConnectionManager.newBuilder()
                .setStatPrefix(name)
                .setRds(Rds.newBuilder().setRouteConfigName(name).setConfigSource(LiveConfig.ads()))
                .addHttpFilters(HttpFilter.newBuilder()
                        .setName("envoy.filters.http.router")
                        .setTypedConfig(Any.pack(Router.getDefaultInstance())));
        var chain = FilterChain.newBuilder()
                .addFilters(Filter.newBuilder()
                        .setName("envoy.filters.network.http_connection_manager")
                        .setTypedConfig(Any.pack(manager.build())));
        if (tls) {
            var context = DownstreamTlsContext.newBuilder()
                    .setCommonTlsContext(CommonTlsContext.newBuilder()
                            .addTlsCertificateSdsSecretConfigs(
                                    SdsSecretConfig.newBuilder().setName("key").setSdsConfig(LiveConfig.ads())));
            chain.setTransportSocket(TransportSocket.newBuilder()
                    .setName("envoy.transport_sockets.tls")
                    .setTypedConfig(Any.pack(context.build())));
        }
        return Listener.newBuilder()
                .setName(name)
                .setAddress(LiveConfig.address(port))
                .setEnableReusePort(BoolValue.of(reusePort))
                .addFilterChains(chain)
                .build();
    }

    private static RouteConfiguration routes(String name) {
        return RouteConfiguration.newBuilder()
                .setName(name)
                .addVirtualHosts(VirtualHost.newBuilder()
                        .setName("all")
                        .addDomains("*")
                        .addRoutes(Route.newBuilder()
                                .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                                .setDirectResponse(DirectResponseAction.newBuilder()
                                        .setStatus(200)
                                        .setBody(DataSource.newBuilder().setInlineString(name)))))
                .build();
    }

    private DataPathSync sync() {
        return server.sync().of(PATH);
    }

    private XdsServer serve() throws IOException {
        return XdsServer.builder(store).address("127.0.0.1", xdsPort).start();
    }
}
