package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.Exchange;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * HTTP/1.0 is what nginx speaks to its upstreams by default, and what probes of load balancers send. It has no chunks: a body without
 * a length ends with the connection, and one that was cut would look whole.
 */
@Rig.Test
class Http10Test {
    private static final String CHUNKED =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n3\r\nay!\r\n0\r\n\r\n";

    @Test
    void aRequestWithoutKeepAliveIsServedAndTheConnectionClosed(Rig rig) throws IOException {
        try (var node = ScriptedNode.start()) {
            var bucket = rig.bucket(node);
            try (var client = rig.connect()) {
                client.send("GET /" + bucket + "/k HTTP/1.0\r\nHost: s3.example.com\r\n\r\n");
                var answer = client.answer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).isEqualTo("ok");
                assertThat(client.awaitEnd()).isEqualTo(RawClient.End.TRUNCATED);
            }
            assertThat(node.last().head().field("host")).contains("s3.example.com");
        }
    }

    @Test
    void aRequestWithKeepAliveKeepsTheConnection(Rig rig) throws IOException {
        try (var node = ScriptedNode.start()) {
            var bucket = rig.bucket(node);
            try (var client = rig.connect()) {
                for (int i = 0; i < 2; i++) {
                    client.send("PUT /" + bucket + "/k HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n"
                            + "Content-Length: 2\r\n\r\nab");
                    var answer = client.answer();
                    assertThat(answer.status()).isEqualTo(200);
                    assertThat(answer.head().field("connection")).contains("keep-alive");
                }
            }
            assertThat(node.exchanges()).hasSize(2);
        }
    }

    @Test
    void aProbeWithoutHostIsServed(Rig rig) throws IOException {
        try (var node = ScriptedNode.start()) {
            var bucket = rig.bucket(node);
            try (var client = rig.connect()) {
                client.send("HEAD /" + bucket + "/k HTTP/1.0\r\n\r\n");
                assertThat(client.answer().status()).isEqualTo(200);
            }
            assertThat(node.last().head().field("host")).isPresent();
        }
    }

    @Test
    void aBodyOfUnknownLengthArrivesWithoutChunks(Rig rig) throws IOException {
        try (var node = ScriptedNode.start(exchange -> exchange.write(CHUNKED))) {
            var bucket = rig.bucket(node);
            try (var client = rig.connect()) {
                client.send("GET /" + bucket + "/k HTTP/1.0\r\nHost: h\r\n\r\n");
                var answer = client.answer();
                assertThat(answer.head().field("transfer-encoding")).isEmpty();
                assertThat(answer.head().field("content-length")).contains("5");
                assertThat(answer.text()).isEqualTo("okay!");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, k, close",
        "GET, k, reset",
        "GET, ?list-type=2, reset",
        "POST, k?uploadId=u, close",
        "POST, k?uploadId=u, reset"
    })
    void aBodyOfUnknownLengthThatIsCutIsAnError(String method, String target, String how, Rig rig) throws IOException {
        try (var node = ScriptedNode.start(exchange -> cut(exchange, how))) {
            var bucket = rig.bucket(node);
            try (var client = rig.connect()) {
                client.send(
                        "%s /%s/%s HTTP/1.0\r\nHost: h\r\nContent-Length: 0\r\n\r\n".formatted(method, bucket, target));
                assertThat(S3Error.assertThatIs(client.answer(), 503)).isEqualTo("ServiceUnavailable");
            }
            assertThat(node.exchanges()).hasSize(1);
        }
    }

    @Test
    void aBodyOfKnownLengthThatIsCutIsShorterThanItsLength(Rig rig) throws IOException {
        try (var node = ScriptedNode.start(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n").write(new byte[50_000]);
            exchange.pause(Duration.ofMillis(50)).reset();
        })) {
            var bucket = rig.bucket(node);
            try (var client = rig.connect()) {
                client.send("GET /" + bucket + "/k HTTP/1.0\r\nHost: h\r\n\r\n");
                var answer = client.answer();
                assertThat(answer.head().field("content-length")).contains("100000");
                assertThat(answer.end()).isIn(RawClient.End.TRUNCATED, RawClient.End.RESET);
            }
        }
    }

    @Test
    void aListOfSeveralHundredKeysArrives(Rig rig) throws IOException {
        var list = "<Contents><Key>" + "k".repeat(110) + "</Key>" + " ".repeat(300) + "</Contents>";
        try (var node = ScriptedNode.start(exchange -> chunked(exchange, list, 580))) {
            var bucket = rig.bucket(node);
            try (var client = rig.connect()) {
                client.send("GET /" + bucket + "?list-type=2 HTTP/1.0\r\nHost: h\r\n\r\n");
                assertThat(client.answer().text()).isEqualTo(list.repeat(580));
            }
        }
    }

    @Test
    void aLongBodyOfUnknownLengthNeedsHttp11(Rig rig) throws IOException {
        try (var node = ScriptedNode.start(exchange -> chunked(exchange, "x".repeat(65_536), 5))) {
            var bucket = rig.bucket(node);
            try (var client = rig.connect()) {
                client.send("GET /" + bucket + "/k HTTP/1.0\r\nHost: h\r\n\r\n");
                var answer = client.answer();
                assertThat(S3Error.assertThatIs(answer, 501)).isEqualTo("NotImplemented");
                assertThat(answer.text()).contains("256 KiB", "HTTP/1.1");
            }
            try (var client = rig.connect()) {
                assertThat(client.request("GET", "/" + bucket + "/k").answer().content())
                        .hasSize(5 * 65_536);
            }
        }
    }

    private static void cut(Exchange exchange, String how) throws IOException, InterruptedException {
        exchange.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n   \r\n")
                .pause(Duration.ofMillis(50));
        if (how.equals("close")) {
            exchange.close();
        } else {
            exchange.reset();
        }
    }

    private static void chunked(Exchange exchange, String chunk, int times) throws IOException {
        exchange.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        var bytes = (Integer.toHexString(chunk.length()) + "\r\n" + chunk + "\r\n").getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < times; i++) {
            exchange.write(bytes);
        }
        exchange.write("0\r\n\r\n");
    }

    @Test
    void anErrorOfTheGatewayIsS3Xml(Rig rig) throws IOException {
        try (var client = rig.connect()) {
            client.send("GET /no-such-bucket/k HTTP/1.0\r\n\r\n");
            assertThat(S3Error.assertThatIs(client.answer(), 404)).isEqualTo("NoSuchBucket");
        }
    }
}
