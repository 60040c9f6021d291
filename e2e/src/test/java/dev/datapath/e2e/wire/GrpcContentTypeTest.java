package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.Routing;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Envoy answers a request of a gRPC content type with {@code 200 OK} and a {@code grpc-status}, also when it failed. An S3
 * client would take a write that was denied or lost for stored.
 */
@Rig.Test
class GrpcContentTypeTest {

    static Stream<List<String>> grpcHeaders() {
        return Stream.of(
                List.of("Content-Type: application/grpc"),
                List.of("content-type: application/grpc+proto"),
                List.of("CONTENT-TYPE: application/grpc+"),
                List.of("Content-Type: application/grpc", "TE: trailers", "grpc-timeout: 1n"),
                List.of("Content-Type: application/grpc", "x-envoy-retry-grpc-on: unavailable"),
                List.of("Content-Type: application/grpc", "Content-Type: text/plain"),
                List.of("Content-Type: application/grpc;charset=utf-8"),
                List.of("Content-Type: Application/GRPC"),
                List.of("Content-Type: application/grpc-web"),
                List.of("Content-Type: application/grpc-web-text", "x-grpc-web: 1"),
                List.of("Content-Type: application/connect+proto", "connect-protocol-version: 1"));
    }

    @ParameterizedTest
    @MethodSource("grpcHeaders")
    void aDeniedWriteIsAnS3Error(List<String> headers, Rig rig) throws IOException {
        try (var node = ScriptedNode.start()) {
            var bucket = rig.bucketName("denied");
            rig.gateway().route(Routing.deny(bucket, node.port()));

            try (var client = rig.connect()) {
                for (var method : List.of("PUT", "POST", "DELETE", "GET")) {
                    var answer = client.request(method, "/" + bucket + "/k", with(headers, "Content-Length: 0"))
                            .answer();
                    assertThat(S3Error.assertThatIs(answer, 403)).isEqualTo("AccessDenied");
                    assertNoTrace(answer);
                }
            }
            assertThat(node.exchanges()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("grpcHeaders")
    void aWriteWithoutAPoolIsAnS3Error(List<String> headers, Rig rig) throws IOException {
        try (var client = rig.connect()) {
            client.request("PUT", "/no-such-bucket/k", with(headers, "Content-Length: 3"));
            var answer = client.send("abc").answer();
            assertThat(S3Error.assertThatIs(answer, 404)).isEqualTo("NoSuchBucket");
            assertNoTrace(answer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/grpc", "application/grpc+proto"})
    void aWriteThatNoNodeCanTakeIsAnS3Error(String type, Rig rig) {
        var bucket = rig.bucket(Routing::withoutPanic, Ports.free());

        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            try (var client = rig.connect()) {
                client.request("PUT", "/" + bucket + "/k", "Content-Type: " + type, "Content-Length: 3");
                var answer = client.send("abc").answer();
                assertThat(S3Error.assertThatIs(answer, 503)).isEqualTo("ServiceUnavailable");
                assertThat(answer.head().field("retry-after")).isPresent();
                assertNoTrace(answer);
            }
        });
    }

    @Test
    void aWriteWhoseNodeBreaksIsAnS3Error(Rig rig) throws IOException {
        try (var node = ScriptedNode.start(exchange -> {
            exchange.readBody();
            exchange.reset();
        })) {
            var bucket = rig.bucket(node);
            try (var client = rig.connect()) {
                var answer = client.request(
                                "PUT", "/" + bucket + "/k", "Content-Type: application/grpc", "Content-Length: 0")
                        .answer();
                assertThat(S3Error.assertThatIs(answer, 503)).isEqualTo("ServiceUnavailable");
            }
        }
    }

    @Test
    void aWriteWhoseNodeIsLateIsAnS3Error(Rig rig) throws IOException {
        try (var node = ScriptedNode.start(
                exchange -> exchange.pause(Duration.ofSeconds(2)).answer("200 OK", ""))) {
            var bucket = rig.bucket(routing -> routing.firstByte(Duration.ofMillis(200)), node);
            try (var client = rig.connect()) {
                var answer = client.request(
                                "PUT", "/" + bucket + "/k", "Content-Type: application/grpc", "Content-Length: 0")
                        .answer();
                assertThat(S3Error.assertThatIs(answer, 504)).isEqualTo("RequestTimeout");
            }
        }
    }

    @Test
    void anErrorToHeadHasItsStatusAndTheConnectionGoesOn(Rig rig) throws IOException {
        try (var client = rig.connect()) {
            for (int i = 0; i < 2; i++) {
                var answer = client.request("HEAD", "/no-such-bucket/k", "Content-Type: application/grpc")
                        .answer();
                assertThat(answer.status()).isEqualTo(404);
                assertThat(answer.end()).isEqualTo(RawClient.End.COMPLETE);
                assertNoTrace(answer);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("grpcHeaders")
    void theTypeReachesTheStoreAndTheStoresAnswerIsUntouched(List<String> headers, Rig rig) throws IOException {
        try (var node = ScriptedNode.start(exchange -> {
            exchange.readBody();
            exchange.answer(
                    "200 OK", "ok", "Content-Type: application/grpc", "grpc-status: 7", "x-datapath-status: 403");
        })) {
            var bucket = rig.bucket(node);
            try (var client = rig.connect()) {
                client.request("PUT", "/" + bucket + "/k", with(headers, "Content-Length: 3"));
                var answer = client.send("abc").answer();

                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).isEqualTo("ok");
                assertThat(answer.head().lines()).contains("Content-Type: application/grpc", "grpc-status: 7");
                var type = headers.stream()
                        .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("content-type"))
                        .map(line -> line.substring(line.indexOf(':') + 2))
                        .reduce((first, second) -> first + "," + second);
                assertThat(node.last().head().field("content-type")).isEqualTo(type);
                assertThat(node.last().content()).asString().isEqualTo("abc");
            }
        }
    }

    /**
     * Envoy's answer to a failure behind a held answer does not pass what restores errors, so such a request is refused before it
     * reaches a node.
     */
    @ParameterizedTest
    @ValueSource(strings = {"cut", "silent", "long", "whole"})
    void http10IsRefused(String how, Rig rig) throws IOException {
        try (var node = ScriptedNode.start(exchange -> {
            exchange.readBody();
            exchange.write("HTTP/1.1 500 Internal Server Error\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<Erro\r\n");
            switch (how) {
                case "cut" -> exchange.reset();
                case "silent" -> exchange.pause(Duration.ofSeconds(3)).reset();
                case "long" -> {
                    exchange.write("500000\r\n");
                    exchange.write(new byte[0x500000]).write("\r\n0\r\n\r\n");
                }
                default -> exchange.write("0\r\n\r\n");
            }
        })) {
            var bucket = rig.bucket(routing -> routing.idle(Duration.ofSeconds(1)), node);
            for (var type : List.of("application/grpc", "application/grpc+proto")) {
                try (var client = rig.connect()) {
                    client.send("PUT /" + bucket + "/k HTTP/1.0\r\nHost: h\r\nContent-Type: " + type
                            + "\r\nContent-Length: 0\r\n\r\n");
                    var answer = client.answer();
                    assertThat(S3Error.assertThatIs(answer, 501)).isEqualTo("NotImplemented");
                    assertThat(answer.text()).contains("HTTP/1.1");
                    assertNoTrace(answer);
                }
            }
            assertThat(node.exchanges()).isEmpty();
        }
    }

    private static void assertNoTrace(RawClient.Answer answer) {
        assertThat(answer.head().fields())
                .noneMatch(field ->
                        field.name().startsWith("grpc-") || field.name().equals("x-datapath-status"));
    }

    private static String[] with(List<String> headers, String line) {
        return Stream.concat(headers.stream(), Stream.of(line)).toArray(String[]::new);
    }
}
