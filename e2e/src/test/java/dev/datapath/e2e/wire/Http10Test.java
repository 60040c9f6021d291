package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** HTTP/1.0 is what nginx speaks to its upstreams by default, and what probes of load balancers send. */
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
                assertThat(answer.text()).isEqualTo("okay!");
            }
        }
    }

    @Test
    void anErrorOfTheGatewayIsS3Xml(Rig rig) throws IOException {
        try (var client = rig.connect()) {
            client.send("GET /no-such-bucket/k HTTP/1.0\r\n\r\n");
            assertThat(S3Error.assertThatIs(client.answer(), 404)).isEqualTo("NoSuchBucket");
        }
    }
}
