package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.StandaloneGateway;
import dev.datapath.e2e.rig.TestPki;
import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections on which nothing is sent do not keep others out for long, also when they are all that a gateway accepts. */
@Tag("tier3")
class SilentConnectionsTest {
    private static final int MAX_CONNECTIONS = 50;

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void connectionsWithoutAHandshakeMakeRoom(int certificates) throws IOException {
        try (var gateway = StandaloneGateway.start(1, port -> tls(port, certificates))) {
            var silent = connect(gateway);
            try {
                awaitServed(() -> tlsStatus(gateway.port(0)));
                assertThat(silent.getFirst().awaitEnd()).isIn(RawClient.End.TRUNCATED, RawClient.End.RESET);
            } finally {
                close(silent);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aConnectionWithoutAHandshakeIsClosedWithoutPressureToo(int certificates) throws IOException {
        try (var gateway = StandaloneGateway.start(1, port -> tls(port, certificates));
                var client = RawClient.to(gateway.port(0))) {
            assertThat(client.awaitEnd()).isIn(RawClient.End.TRUNCATED, RawClient.End.RESET);
        }
    }

    @Test
    void handshakesWithoutARequestMakeRoom() throws IOException {
        try (var gateway = StandaloneGateway.start(1, port -> tls(port, 1))) {
            var silent = new ArrayList<AutoCloseable>();
            try {
                for (int i = 0; i < MAX_CONNECTIONS; i++) {
                    var socket = trustingAll()
                            .getSocketFactory()
                            .createSocket(InetAddress.getLoopbackAddress(), gateway.port(0));
                    ((javax.net.ssl.SSLSocket) socket).startHandshake();
                    silent.add(socket);
                }
                awaitServed(() -> tlsStatus(gateway.port(0)));
            } finally {
                close(silent);
            }
        }
    }

    @Test
    void clearTextConnectionsWithoutARequestMakeRoom() throws IOException {
        try (var gateway = StandaloneGateway.start(1, SilentConnectionsTest::clear)) {
            var silent = connect(gateway);
            try {
                awaitServed(() -> RawClient.status(gateway.port(0), "/no-such-bucket/k"));
            } finally {
                close(silent);
            }
        }
    }

    private interface Request {
        int status() throws IOException;
    }

    private static void awaitServed(Request request) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> request.status() == 404);
    }

    private static List<RawClient> connect(StandaloneGateway gateway) throws IOException {
        var clients = new ArrayList<RawClient>();
        for (int i = 0; i < MAX_CONNECTIONS; i++) {
            clients.add(RawClient.to(gateway.port(0)));
        }
        return clients;
    }

    private static void close(List<? extends AutoCloseable> clients) throws IOException {
        for (var client : clients) {
            try {
                client.close();
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }

    private static int tlsStatus(int port) throws IOException {
        try (var socket = trustingAll().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write("GET /no-such-bucket/k HTTP/1.1\r\nHost: h\r\n\r\n".getBytes());
            var line = new String(socket.getInputStream().readNBytes(12));
            return line.length() < 12 ? 0 : Integer.parseInt(line.substring(9));
        }
    }

    private static SSLContext trustingAll() throws IOException {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustingAll()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static final class TrustingAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static String clear(int port) {
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: %s, namespace: %s}
                spec:
                  gateway: {maxConnections: %d}
                  listeners: [{name: s3, protocol: HTTP, port: %d}]
                """.formatted(Manifests.DATA_PATH, Manifests.NAMESPACE, MAX_CONNECTIONS, port);
    }

    /** With several certificates a connection has no filter chain before its ClientHello. */
    private static String tls(int port, int certificates) {
        var pki = new TestPki("silent");
        var secrets = new StringBuilder();
        var references = new ArrayList<String>();
        for (int i = 0; i < certificates; i++) {
            var pair = pki.issue("s3-" + i + ".test");
            references.add("{name: tls-" + i + "}");
            secrets.append("""
                    ---
                    apiVersion: v1
                    kind: Secret
                    metadata: {name: tls-%d, namespace: %s}
                    type: kubernetes.io/tls
                    stringData:
                      tls.crt: |
                    %s  tls.key: |
                    %s""".formatted(
                            i,
                            Manifests.NAMESPACE,
                            pair.certificate().indent(4),
                            pair.privateKey().indent(4)));
        }
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: %s, namespace: %s}
                spec:
                  gateway: {maxConnections: %d}
                  listeners: [{name: s3, protocol: HTTPS, port: %d, tls: {certificateRefs: [%s]}}]
                %s""".formatted(
                        Manifests.DATA_PATH,
                        Manifests.NAMESPACE,
                        MAX_CONNECTIONS,
                        port,
                        String.join(", ", references),
                        secrets);
    }
}
