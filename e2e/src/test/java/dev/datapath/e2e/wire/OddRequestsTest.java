package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.Routing;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever arrives, an answer that the gateway makes itself is an S3 error with a fitting code and its ids. */
@Rig.Test
class OddRequestsTest {
    private static final int REQUESTS = 400;

    private static final List<String> METHODS = List.of(
            "GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "QUERY", "FOO", "get");
    private static final List<String> TARGETS = List.of(
            "/%s/k",
            "/%s",
            "/",
            "*",
            "http://h/%s/k",
            "https://h/%s/k",
            "ftp://h/%s/k",
            "h:443",
            "/%s/k#f",
            "/%s/a b",
            "/%s/\u00e9",
            "/no-such-bucket/k",
            "/denied-odd/k",
            "?x",
            "",
            "http://h",
            "//",
            "/%s/\u0001",
            "http:///");
    private static final List<String> VERSIONS =
            List.of("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/x");
    private static final List<String> LINES = List.of(
            "Host: h",
            "Host: h",
            "Host: h",
            "Host:",
            "Host: a b",
            "Host: x@h",
            "Host: [::1",
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: aws-chunked, chunked",
            "Transfer-Encoding: gzip",
            "Transfer-Encoding: identity",
            "Content-Length: 0",
            "Content-Length: -1",
            "Content-Length: 1, 1",
            "Content-Length: 99999999999999999999",
            "Content-Type: application/grpc",
            "Content-Type: application/grpc+proto",
            "Expect: 100-continue",
            "Expect: foo",
            "Upgrade: websocket",
            "Upgrade: h2c",
            "Upgrade: TLS/1.2",
            "Connection: Upgrade, HTTP2-Settings",
            "Connection: close",
            "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
            "TE: trailers",
            "grpc-timeout: 1n",
            "x: \u0000",
            "no-colon",
            ": x",
            "a b: c",
            "x-forwarded-proto: gopher",
            "x-forwarded-for: nowhere",
            "x-datapath-status: 200",
            "x-datapath-target: /",
            "x-envoy-internal: true",
            "Range: bytes=0-");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OPTIONS * HTTP/1.1           | x: y                                       | 400 | InvalidURI",
                "OPTIONS * HTTP/1.1           | Content-Type: application/grpc             | 400 | InvalidURI",
                "CONNECT h:443 HTTP/1.1       | x: y                                       | 405 | MethodNotAllowed",
                "PUT /b/k HTTP/1.1            | Transfer-Encoding: aws-chunked, chunked    | 501 | NotImplemented",
                "PUT /b/k HTTP/1.1            | Transfer-Encoding: gzip                    | 501 | NotImplemented",
                "GET https://h/b/k HTTP/1.1   | x: y                                       | 400 | InvalidRequest",
                "GET ftp://h/b/k HTTP/1.1     | x: y                                       | 400 | InvalidRequest",
                "QUERY /b/k HTTP/1.1          | x: y                                       | 400 | InvalidRequest",
                "FOO /b/k HTTP/1.1            | x: y                                       | 400 | InvalidRequest",
                "GET /b/k#f HTTP/1.1          | x: y                                       | 400 | InvalidURI",
                "PUT /b/k HTTP/1.1            | Content-Length: 1, 1                       | 400 | InvalidRequest",
            })
    void anOddRequestGetsAFittingCode(String requestLine, String line, int status, String code, Rig rig)
            throws IOException {
        try (var client = rig.connect()) {
            client.send(requestLine + "\r\nHost: h\r\n" + line + "\r\n\r\n");
            // Like the answer to GET: with a body, whatever the method is.
            assertThat(S3Error.assertThatIs(client.answerTo("GET"), status)).isEqualTo(code);
        }
    }

    @Test
    void noAnswerOfTheGatewayIsAnythingButAnS3Error(Rig rig) throws IOException {
        try (var node = ScriptedNode.start(exchange -> exchange.answer(
                "299 From Node", exchange.head().method().equals("HEAD") ? "" : "ok", "Connection: close"))) {
            var bucket = rig.bucket(node);
            rig.gateway().route(Routing.deny("denied-odd", node.port()));
            var random = new Random(10);
            int own = 0;
            for (int i = 0; i < REQUESTS; i++) {
                var request = request(random, bucket);
                try (var client = rig.connect()) {
                    client.send(request);
                    own += assertIsFromNodeOrAnS3Error(request, client) ? 1 : 0;
                }
            }
            assertThat(own).as("errors made by the gateway").isGreaterThan(REQUESTS / 4);
        }
    }

    /** Whether it is an error of the gateway. The node's answers have a status that nothing else has. */
    private static boolean assertIsFromNodeOrAnS3Error(String request, RawClient client) {
        try {
            var answer = client.answer();
            if (answer.status() == 299) {
                return false;
            }
            assertThat(answer.status()).isGreaterThanOrEqualTo(400);
            if (request.startsWith("HEAD ")) {
                assertThat(answer.head().field("content-type")).contains("application/xml");
                assertThat(answer.head().field("x-amz-request-id"))
                        .isPresent()
                        .isEqualTo(answer.head().field("x-datapath-request-id"));
            } else {
                assertThat(S3Error.assertThatIs(answer, answer.status())).isNotEqualTo("InternalError");
            }
            return true;
        } catch (IOException | AssertionError e) {
            throw new AssertionError("request:\n" + request, e);
        }
    }

    private static String request(Random random, String bucket) {
        var text = new StringBuilder(any(random, METHODS))
                .append(' ')
                .append(any(random, TARGETS).replace("%s", bucket))
                .append(' ')
                .append(any(random, VERSIONS))
                .append("\r\n");
        for (int i = random.nextInt(4); i >= 0; i--) {
            text.append(any(random, LINES)).append("\r\n");
        }
        return text.append("\r\n").toString();
    }

    private static <T> T any(Random random, List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
