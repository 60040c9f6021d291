package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A body whose chunks do not add up never looks whole, and every valid spelling of chunks passes (RFC 9112, 7.1). */
@Rig.Test
class ChunkFramingTest {
    private static final String END = "3\r\nabc\r\n0\r\n\r\n";

    private final ScriptedNode node = ScriptedNode.start();

    @AfterEach
    void close() {
        node.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5\r\nhelloXYZ LOST\r\n" + END,
                "5\r\nhello\n" + END,
                "5\r\nhello\r\r\n" + END,
                "5\r\nhello\r\n\r\n" + END,
                "5\r\nhello \r\n" + END,
                "7\r\nhello\r\n" + "f\r\nabc\r\n0\r\n\r\n",
                "5\nhello\r\n" + END,
                "5\nhello\n3\nabc\n0\n\n",
                "5;a\rb\r\nhello\r\n" + END,
                "5;a\nb\r\nhello\r\n" + END,
                "0x5\r\nhello\r\n" + END,
                "-5\r\nhello\r\n" + END,
                "10000000000000005\r\nhello\r\n" + END,
                "5\r\nhello\r\n0\r\nno colon\r\n\r\n"
            })
    void anUploadWithBrokenChunksIsNotStored(String body, Rig rig) throws IOException {
        var bucket = rig.bucket(node);

        try (var client = rig.connect()) {
            var answer = client.request("PUT", "/" + bucket + "/k", "Transfer-Encoding: chunked")
                    .send(body.getBytes(StandardCharsets.ISO_8859_1))
                    .answer();
            assertThat(S3Error.assertThatIs(answer, 400)).isEqualTo("InvalidRequest");
        }

        assertThat(node.exchanges())
                .allSatisfy(upload -> assertThat(upload.over()).isCompletedExceptionally());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5\r\nhelloXYZ LOST\r\n" + END,
                "5\r\nhello\n" + END,
                "5\r\nhello\r\r\n" + END,
                "5\r\nhello\r\n\r\n" + END,
                "7\r\nhello\r\n" + "f\r\nabc\r\n0\r\n\r\n",
                "5\nhello\r\n" + END,
                "5\nhello\n3\nabc\n0\n\n",
                "0x5\r\nhello\r\n" + END,
                "10000000000000005\r\nhello\r\n" + END
            })
    void aDownloadWithBrokenChunksIsBrokenAtTheClient(String body, Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        node.script(exchange -> exchange.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n")
                .pause(Duration.ofMillis(50))
                .write(body)
                .peerGoneWithin(Duration.ofSeconds(5)));

        try (var client = rig.connect()) {
            var answer = client.patience(Duration.ofSeconds(5))
                    .request("GET", "/" + bucket + "/k")
                    .answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.end()).isIn(RawClient.End.TRUNCATED, RawClient.End.RESET);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5\r\nhello\r\n" + END,
                "5;name=value\r\nhello\r\n3;x\r\nabc\r\n0;last\r\n\r\n",
                "5;name=\"a;b\"\r\nhello\r\n" + END,
                "5 ; name = value\r\nhello\r\n" + END,
                "5 \r\nhello\r\n" + END,
                "00000005\r\nhello\r\n" + END,
                "5\r\nhello\r\n3\r\nabc\r\n000\r\nx-amz-checksum-crc32: AAAAAA==\r\nx-amz-t: v\r\n\r\n",
                "8\r\nhelloabc\r\n0\r\n\r\n",
                "1\r\nh\r\n1\r\ne\r\n1\r\nl\r\n1\r\nl\r\n1\r\no\r\n" + END
            })
    void everyValidSpellingOfChunksPassesBothWays(String body, Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        node.script(exchange -> {
            exchange.readBody();
            exchange.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
        });

        try (var client = rig.connect()) {
            for (int i = 0; i < 2; i++) {
                var answer = client.request("PUT", "/" + bucket + "/k", "Transfer-Encoding: chunked")
                        .send(body.getBytes(StandardCharsets.ISO_8859_1))
                        .answer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.end()).isEqualTo(RawClient.End.COMPLETE);
                assertThat(answer.text()).isEqualTo("helloabc");
                assertThat(node.last().content()).asString().isEqualTo("helloabc");
            }
        }
    }
}
