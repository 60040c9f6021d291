package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies and their framing pass as they are, both ways, and as soon as they come. */
@Rig.Test
class BodiesTest {
    private final ScriptedNode node = ScriptedNode.start();

    @AfterEach
    void close() {
        node.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_536, 3_000_001})
    void content_length_stays_content_length_in_both_directions(int size, Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        var body = random(size);
        node.script(exchange -> {
            exchange.readBody();
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n")
                    .write(body);
        });

        try (var client = rig.connect()) {
            var answer = client.request("PUT", "/" + bucket + "/k", "Content-Length: " + size)
                    .send(body)
                    .answer();
            assertThat(answer.head().field("content-length")).contains("" + size);
            assertThat(answer.head().field("transfer-encoding")).isEmpty();
            assertThat(answer.content()).isEqualTo(body);
        }

        assertThat(node.last().head().field("content-length")).contains("" + size);
        assertThat(node.last().head().field("transfer-encoding")).isEmpty();
        assertThat(node.last().content()).isEqualTo(body);
    }

    @Test
    void a_chunked_upload_stays_chunked_and_keeps_its_trailers(Rig rig) throws IOException {
        var bucket = rig.bucket(node);

        try (var client = rig.connect()) {
            var answer = client.request("PUT", "/" + bucket + "/k", "Transfer-Encoding: chunked", "Trailer: x-amz-t")
                    .send("5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nx-amz-t: v\r\n\r\n".getBytes())
                    .answer();
            assertThat(answer.status()).isEqualTo(200);
        }

        assertThat(node.last().head().field("content-length")).isEmpty();
        assertThat(node.last().content()).asString().isEqualTo("hello world");
        assertThat(node.last().body().trailers()).containsExactly("x-amz-t: v");
    }

    @Test
    void aws_chunked_content_is_opaque_down_to_signatures_and_trailers(Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        var signature = "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497";
        var body = ("5;chunk-signature=" + signature + "\r\nhello\r\n0;chunk-signature=" + signature
                        + "\r\nx-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:" + signature + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        var lines = new String[] {
            "Content-Encoding: aws-chunked",
            "x-amz-decoded-content-length: 5",
            "x-amz-trailer: x-amz-checksum-crc32c",
            "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
            "Content-Length: " + body.length
        };

        try (var client = rig.connect()) {
            assertThat(client.request("PUT", "/" + bucket + "/k", lines)
                            .send(body)
                            .answer()
                            .status())
                    .isEqualTo(200);
        }

        assertThat(node.last().head().lines()).contains(lines);
        assertThat(node.last().content()).isEqualTo(body);
    }

    @Test
    void head_gives_the_length_and_no_body_and_the_connection_goes_on(Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        node.script(exchange -> {
            if (exchange.head().method().equals("HEAD")) {
                exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 12345678901\r\nETag: \"e\"\r\n\r\n");
            } else {
                exchange.answer("200 OK", "after");
            }
        });

        try (var client = rig.connect()) {
            var answer = client.request("HEAD", "/" + bucket + "/k").answer();
            assertThat(answer.head().field("content-length")).contains("12345678901");
            assertThat(answer.head().field("transfer-encoding")).isEmpty();
            assertThat(client.request("GET", "/" + bucket + "/k").answer().text())
                    .isEqualTo("after");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "206 Partial Content|Content-Range: bytes 0-3/10|abcd",
                "304 Not Modified|ETag: \"e\"|",
                "416 Range Not Satisfiable|Content-Range: bytes */10|<Error/>",
                "412 Precondition Failed|x-amz-request-id: S|<Error/>",
                "204 No Content|x-amz-delete-marker: true|",
                "301 Moved Permanently|Location: http://other/|<Error/>"
            })
    void statuses_with_a_meaning_of_their_own_pass(String answer, Rig rig) throws IOException {
        var parts = answer.split("\\|", -1);
        var bucket = rig.bucket(node);
        var bodiless = parts[0].startsWith("304") || parts[0].startsWith("204");
        node.script(exchange -> {
            exchange.readBody();
            if (bodiless) {
                exchange.write("HTTP/1.1 " + parts[0] + "\r\n" + parts[1] + "\r\n\r\n");
            } else {
                exchange.answer(parts[0], parts[2], parts[1]);
            }
        });

        try (var client = rig.connect()) {
            for (int i = 0; i < 2; i++) {
                var got = client.request("GET", "/" + bucket + "/k").answer();
                assertThat(got.head().startLine()).isEqualTo("HTTP/1.1 " + parts[0]);
                assertThat(got.head().lines()).contains(parts[1]);
                assertThat(got.text()).isEqualTo(parts[2]);
            }
        }
    }

    @Test
    void nothing_is_compressed_or_unpacked(Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        var packed = gzip("a".repeat(10_000));
        node.script(exchange -> {
            if (exchange.head().target().endsWith("/packed")) {
                exchange.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + packed.length
                                + "\r\n\r\n")
                        .write(packed);
            } else {
                exchange.answer("200 OK", "a".repeat(10_000), "Content-Type: text/plain");
            }
        });

        try (var client = rig.connect()) {
            var got = client.request("GET", "/" + bucket + "/packed", "Accept-Encoding: identity")
                    .answer();
            assertThat(got.content()).isEqualTo(packed);
            var plain = client.request("GET", "/" + bucket + "/plain", "Accept-Encoding: gzip, br, zstd")
                    .answer();
            assertThat(plain.head().field("content-encoding")).isEmpty();
            assertThat(plain.text()).isEqualTo("a".repeat(10_000));
        }
    }

    @Test
    void whitespace_that_a_long_operation_drips_is_relayed_at_once(Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        var seen = new CountDownLatch(1);
        node.script(exchange -> {
            exchange.readBody();
            exchange.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n \r\n");
            if (seen.await(10, TimeUnit.SECONDS)) {
                exchange.write("8\r\n<Error/>\r\n0\r\n\r\n");
            }
        });

        try (var client = rig.connect()) {
            client.request("POST", "/" + bucket + "/k?uploadId=u", "Content-Length: 0");
            var body = client.body(client.readHead());
            assertThat(body.next(1)).isEqualTo(new byte[] {' '});
            seen.countDown();
            assertThat(body.rest()).asString().isEqualTo("<Error/>");
        }
    }

    @Test
    void a_body_that_ends_with_the_connection_arrives_whole(Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        node.script(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\n\r\nuntil the end");
            exchange.close();
        });

        try (var client = rig.connect()) {
            var answer = client.request("GET", "/" + bucket + "/k").answer();
            assertThat(answer.text()).isEqualTo("until the end");
        }
    }

    @Test
    void pipelined_requests_are_answered_in_their_order(Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        node.script(exchange -> exchange.answer("200 OK", exchange.head().target()));

        try (var client = rig.connect()) {
            for (int i = 0; i < 5; i++) {
                client.request("GET", "/" + bucket + "/" + i);
            }
            for (int i = 0; i < 5; i++) {
                assertThat(client.answer().text()).isEqualTo("/" + bucket + "/" + i);
            }
        }
    }

    @Test
    void a_zero_length_put_is_told_from_a_missing_body(Rig rig) throws IOException {
        var bucket = rig.bucket(node);

        try (var client = rig.connect()) {
            assertThat(client.request("PUT", "/" + bucket + "/k", "Content-Length: 0")
                            .answer()
                            .end())
                    .isEqualTo(RawClient.End.COMPLETE);
        }

        assertThat(node.last().head().field("content-length")).contains("0");
        assertThat(node.last().head().field("transfer-encoding")).isEmpty();
    }

    private static byte[] random(int size) {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static byte[] gzip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.US_ASCII));
        }
        return bytes.toByteArray();
    }
}
