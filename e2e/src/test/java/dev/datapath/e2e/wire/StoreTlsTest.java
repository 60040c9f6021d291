package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.e2e.rig.ServerTls;
import dev.datapath.e2e.rig.TestPki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Stores that speak TLS: whom gateways take for the store, and how they ask whether it is well. */
@Rig.Test
class StoreTlsTest {
    private final TestPki pki = new TestPki("store authority");
    private final List<HttpsServer> nodes = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        nodes.forEach(node -> node.stop(0));
    }

    @Test
    void a_node_shows_a_certificate_for_the_name_that_is_its_address(Rig rig) throws IOException {
        var good = pool(rig, "localhost", node("localhost"), "{}");
        var other = pool(rig, "localhost", node("other.example"), "{}");

        await().until(() -> RawClient.status(rig.port(), "/" + good + "/k") == 200);
        assertThat(RawClient.status(rig.port(), "/" + other + "/k")).isEqualTo(503);
    }

    @Test
    void nodes_with_tls_are_asked_at_a_clear_text_port_whether_they_are_well(Rig rig) throws IOException {
        try (var ping = ScriptedNode.start()) {
            var bucket = pool(
                    rig,
                    "localhost",
                    node("localhost"),
                    "{path: /ping, port: %d, scheme: HTTP, interval: 100ms, unhealthyAfter: 1, healthyAfter: 1}"
                            .formatted(ping.port()));
            await().until(() -> RawClient.status(rig.port(), "/" + bucket + "/k") == 200);
            assertThat(ping.checks()).extracting(check -> check.head().target()).contains("/ping");

            ping.checkScript(exchange -> exchange.answer("503 Service Unavailable", ""));
            await().until(() -> RawClient.status(rig.port(), "/" + bucket + "/k") == 503);
        }
    }

    /** A bucket that one node serves, which has to be healthy for that. */
    private String pool(Rig rig, String address, int port, String activeHealth) {
        var bucket = rig.bucketName("store-tls");
        rig.gateway().policy(bucket, """
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: %1$s, namespace: %2$s}
                spec:
                  nodes: {static: [{name: node-1, address: %3$s, port: %4$d}]}
                  tls: {mode: ServerOnly, caCertificateRefs: [{name: %1$s}]}
                  health: {active: %5$s, panicThresholdPercent: 0}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: %1$s, namespace: %2$s}
                data:
                  ca.crt: |
                %6$s
                ---
                %7$s""".formatted(
                        bucket,
                        Manifests.NAMESPACE,
                        address,
                        port,
                        activeHealth,
                        pki.authority().indent(4).stripTrailing(),
                        Manifests.policy(bucket, """
                                - name: %1$s
                                  matches: [{buckets: [%1$s]}]
                                  pools: [{name: %1$s}]
                                """.formatted(bucket))));
        return bucket;
    }

    /** The port of a node whose certificate is issued for that name. */
    private int node(String name) throws IOException {
        var node = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        node.setHttpsConfigurator(new HttpsConfigurator(ServerTls.context(pki.issue(name))));
        node.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        node.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("ok".getBytes(StandardCharsets.US_ASCII));
            exchange.close();
        });
        node.start();
        nodes.add(node);
        return node.getAddress().getPort();
    }
}
