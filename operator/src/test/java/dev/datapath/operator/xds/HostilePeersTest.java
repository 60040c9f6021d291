package dev.datapath.operator.xds;

import static dev.datapath.operator.xds.ResourceType.CLUSTER;
import static dev.datapath.operator.xds.ResourceType.ENDPOINT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compromised gateways affect only themselves. */
@Tag("tier2")
class HostilePeersTest {
    private static final String OTHER = "team-b/logs";
    private static final int UNPROVEN = 20;
    private static final int PER_IDENTITY = 16;

    private final TestAuthority authority = new TestAuthority("authority");
    private final XdsTls tls = tls(authority);

    @RegisterExtension
    private final XdsFixture xds = new XdsFixture(server -> server.tls(tls)
            .connections(UNPROVEN, PER_IDENTITY)
            .keptNames(new KeptNames(64 << 20, 64 << 20))); // time is the subject here

    @Test
    void namesWithEqualHashesDelayNoPeer() {
        var names = collidingNames(65_536);
        xds.publish(Samples.gateway("a"));
        xds.store.publish(OTHER, Samples.gateway("b"));
        var attackers = new ArrayList<ScriptedEnvoy>();
        for (int i = 0; i < 8; i++) {
            var attacker = attacker("gateway-" + i);
            attackers.add(attacker);
            var most = names.subList(0, RequestLimits.MAX_NAMES).toArray(String[]::new);
            attacker.ask(ENDPOINT, most);
            attacker.ask(ENDPOINT, most);
            attacker.ask(ENDPOINT, names.subList(1, 1 + RequestLimits.MAX_NAMES).toArray(String[]::new));
        }
        var many = attacker("gateway-many");
        many.ask(ENDPOINT, names.subList(0, RequestLimits.MAX_NAMES + 1).toArray(String[]::new));
        assertThat(many.awaitEnd().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        var huge = attacker("gateway-huge");
        huge.ask(ENDPOINT, names.toArray(String[]::new));
        assertThat(huge.awaitEnd().isOk()).isFalse();
        victimStarts("gateway-1");
        await().until(() -> xds.sync().gateways().size() == 8);
    }

    @Test
    void floodsOfRequestsDelayNoOtherPeer() throws InterruptedException {
        var names = IntStream.range(0, RequestLimits.MAX_NAMES)
                .mapToObj(i -> "name-" + i)
                .toArray(String[]::new);
        xds.store.publish(OTHER, Samples.gateway("b"));
        var stop = new AtomicBoolean();
        var floods = new ArrayList<Thread>();
        for (int i = 0; i < 4; i++) {
            var attacker = attacker("gateway-" + i);
            floods.add(Thread.ofVirtual().start(() -> {
                for (int n = 0; n < 100 && !stop.get(); n++) {
                    attacker.ask(ENDPOINT, names);
                }
            }));
        }
        for (int i = 0; i < 5; i++) {
            victimStarts("gateway-" + i);
        }
        stop.set(true);
        for (var flood : floods) {
            flood.join();
        }
    }

    @Test
    void theOldestOfManyStreamsOfOneGatewayIsClosed() {
        xds.publish(Samples.gateway("a"));
        var streams = IntStream.range(0, 7).mapToObj(i -> attacker("gateway-1")).toList();
        for (var stream : streams) {
            stream.ask(CLUSTER);
            stream.expect(CLUSTER);
        }
        for (var old : streams.subList(0, 3)) {
            assertThat(old.awaitEnd().getCode()).isEqualTo(Status.Code.ABORTED);
        }
        assertThat(streams.subList(3, 7)).allMatch(ScriptedEnvoy::isOpen);
    }

    /** Well before their handshake times out. */
    @Test
    void theOldestOfManyConnectionsWithoutAHandshakeIsClosed() throws IOException {
        xds.store.publish(OTHER, Samples.gateway("b"));
        var silent = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 3 * UNPROVEN; i++) {
                silent.add(silent());
            }
            for (var oldest : silent.subList(0, 2 * UNPROVEN)) {
                assertThat(ends(oldest)).isTrue();
            }
            victimStarts("gateway-1");
            // It has sent its certificate, so silent connections do not replace it.
            for (int i = 0; i < 2 * UNPROVEN; i++) {
                silent.add(silent());
            }
            assertThat(ends(silent.get(3 * UNPROVEN))).isTrue();
            assertThat(xds.server().sync().of(OTHER).gateways()).hasSize(1);
        } finally {
            for (var socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void connectionsOfOneIdentityAreBounded() {
        xds.publish(Samples.gateway("a"));
        xds.store.publish(OTHER, Samples.gateway("b"));
        var attackers = new ArrayList<ScriptedEnvoy>();
        for (int i = 0; i < PER_IDENTITY; i++) {
            var one = attacker("gateway-" + i);
            attackers.add(one);
            one.ask(CLUSTER);
            one.expect(CLUSTER);
        }
        var excess = attacker("gateway-excess");
        excess.ask(CLUSTER);
        victimStarts("gateway-1");
        assertThat(connected()).hasSize(PER_IDENTITY).doesNotContain("gateway-excess");
        excess.close();
        attackers.getFirst().close();
        await().until(() -> connected().size() < PER_IDENTITY);
        attacker("gateway-next").ask(CLUSTER);
        await().until(() -> connected().contains("gateway-next"));
    }

    private List<String> connected() {
        return xds.sync().gateways().stream().map(GatewayState::gateway).toList();
    }

    private Socket silent() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), xds.server().port());
        socket.setSoTimeout(5_000);
        return socket;
    }

    private static boolean ends(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException silent) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "version", "nonce", "node", "message"})
    void whatIsTooLongIsRefused(String part) {
        xds.publish(Samples.gateway("a"));
        var attacker = attacker("gateway-1");
        attacker.ask(CLUSTER);
        attacker.expect(CLUSTER);
        var request = DiscoveryRequest.newBuilder().setTypeUrl(ENDPOINT.typeUrl());
        switch (part) {
            case "name" -> request.addResourceNames("n".repeat(RequestLimits.MAX_NAME_LENGTH + 1));
            case "version" -> request.setVersionInfo("v".repeat(1000));
            case "nonce" -> request.setResponseNonce("n".repeat(1000));
            case "node" -> request.setNode(Node.newBuilder().setId("i".repeat(1000)));
            default ->
                request.setErrorDetail(
                        com.google.rpc.Status.newBuilder().setMessage("m".repeat(RequestLimits.MAX_BYTES)));
        }
        attacker.send(request);
        // The transport closes the stream of a request with too many bytes.
        assertThat(attacker.awaitEnd().getCode())
                .isIn(
                        part.equals("message")
                                ? List.of(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED)
                                : List.of(Status.Code.INVALID_ARGUMENT));
        await().until(() -> xds.sync().gateways().isEmpty());
    }

    private void victimStarts(String gateway) {
        var victim = connect(OTHER, gateway);
        victim.startUp("main", "b");
        await().until(() -> xds.server().sync().of(OTHER).gateways().stream()
                .anyMatch(state -> state.gateway().equals(gateway) && state.intent() != null));
    }

    private ScriptedEnvoy attacker(String gateway) {
        return connect(XdsFixture.PATH, gateway);
    }

    private ScriptedEnvoy connect(String dataPath, String gateway) {
        return xds.track(new ScriptedEnvoy(
                xds.server().port(),
                dataPath,
                gateway,
                authority.credentials(authority.uri(IdentityCheck.SCHEME + dataPath)),
                true));
    }

    /** "Aa" and "BB" have the same hash code, as do all strings of such pairs with equal length. */
    private static List<String> collidingNames(int count) {
        var names = IntStream.range(0, count)
                .mapToObj(i -> {
                    var name = new StringBuilder();
                    for (int bit = 0; bit < 16; bit++) {
                        name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
                    }
                    return name.toString();
                })
                .toList();
        assertThat(names.stream().map(String::hashCode).distinct()).hasSize(1);
        return names;
    }

    private static XdsTls tls(TestAuthority authority) {
        try {
            var server = authority.dns("xds.local");
            return new XdsTls(
                    server.chain(), server.key(), new java.security.cert.X509Certificate[] {authority.certificate()});
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
