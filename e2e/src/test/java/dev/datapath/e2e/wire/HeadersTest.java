package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.HttpHead;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers are signed too, and answers carry meaning in headers that no proxy knows: all pass as they are. */
@Rig.Test
class HeadersTest {
    private static final String OWN_ID = "x-datapath-request-id";

    private final ScriptedNode node = ScriptedNode.start();

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void a_request_head_arrives_with_its_spelling_order_and_values_and_nothing_added(Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        var lines = List.of(
                "Host: Bucket.Example.COM:8443",
                "Authorization: AWS4-HMAC-SHA256 Credential=AKIA/20261101/us-east-1/s3/aws4_request,"
                        + " SignedHeaders=host;x-amz-date, Signature=0123",
                "x-amz-date: 20261101T000000Z",
                "X-Amz-Content-SHA256: UNSIGNED-PAYLOAD",
                "x-amz-security-token: a+b/c==",
                "x_amz_top: underscore",
                "x-amz-meta-a_b: underscore",
                "x-amz-meta-a.b: dot",
                "X-AMZ-Meta-CASE: Case",
                "x-amz-meta-latin: caf\u00e9",
                "x-amz-meta-dup: first",
                "x-amz-meta-dup: second",
                "x-amz-meta-inner: two  blanks",
                "Accept-Encoding: identity",
                "Range: bytes=0-1",
                "If-None-Match: \"abc\", W/\"def\"",
                "Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==",
                "Date: Sun, 01 Nov 2026 00:00:00 GMT",
                "amz-sdk-invocation-id: 6f1b",
                "amz-sdk-request: attempt=1; max=4",
                "User-Agent: aws-sdk-java/2 md/io#sync",
                "X-Forwarded-For: 192.0.2.1",
                "X-Request-Id: mine",
                "Via: 1.0 front",
                "Cookie: a=1; b=2",
                "Origin: https://example.com");

        try (var client = rig.connect()) {
            client.send("GET /" + bucket + "/k HTTP/1.1\r\n" + String.join("\r\n", lines) + "\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(200);
        }

        assertThat(node.last().head().lines()).containsExactlyElementsOf(lines);
    }

    @Test
    void a_bare_request_stays_bare(Rig rig) throws IOException {
        var bucket = rig.bucket(node);

        try (var client = rig.connect()) {
            client.send("GET /" + bucket + "/k HTTP/1.1\r\nHost: h\r\n\r\n").answer();
        }

        assertThat(node.last().head().lines()).containsExactly("Host: h");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-Proto: https",
                "x-forwarded-proto: http",
                "X-FORWARDED-PROTO: https,http",
                "x-forwarded-proto: wss",
                "X-Forwarded-Host: s3.example.com",
                "X-Forwarded-Port: 443",
                "X-Forwarded-For: 192.0.2.1, 198.51.100.7",
                "X-Forwarded-Scheme: https",
                "X-Forwarded-Prefix: /s3",
                "X-Forwarded-Client-Cert: By=a",
                "Forwarded: for=192.0.2.1;proto=https",
                "X-Real-IP: 192.0.2.1",
                "X-Request-Id: 00000000-0000-4000-8000-000000000000",
                "X-Client-Trace-Id: 1",
                "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "X-B3-TraceId: 463ac35c9f6413ad",
                "Via: 1.1 balancer",
                "Early-Data: 1",
                "Max-Forwards: 0",
                "TE: trailers",
                "grpc-timeout: 1n",
                "grpc-accept-encoding: gzip",
                "grpc-status: 14",
                "Content-Encoding: aws-chunked",
                "Expect: something",
                "Cache-Control: no-store",
                "X-HTTP-Method-Override: DELETE",
                "X-Original-URL: /other",
                "X-Rewrite-URL: /other",
                "Location: /other",
                "Server: client",
                "Alt-Svc: h3"
            })
    void aHeaderThatProxiesReadArrivesAsItWasSent(String line, Rig rig) throws IOException {
        var bucket = rig.bucket(node);

        try (var client = rig.connect()) {
            client.send("GET /" + bucket + "/k HTTP/1.1\r\nHost: h\r\n" + line + "\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(200);
        }

        assertThat(node.last().head().lines()).containsExactly("Host: h", line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Upgrade: TLS/1.2\r\nConnection: Upgrade",
                "Upgrade: TLS/1.2",
                "Connection: upgrade\r\nUpgrade: websocket",
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
                "Connection: Upgrade\r\nUpgrade: h2c, websocket",
                "Connection: keep-alive, Upgrade\r\nUpgrade: a-protocol-of-tomorrow/7",
                "Connection: Upgrade",
                "Keep-Alive: timeout=5",
                "Proxy-Connection: keep-alive"
            })
    void hopByHopHeadersAreDroppedAndTheRequestServed(String lines, Rig rig) throws IOException {
        var bucket = rig.bucket(node);

        try (var client = rig.connect()) {
            for (int i = 0; i < 2; i++) {
                client.send(
                        "PUT /" + bucket + "/k HTTP/1.1\r\nHost: h\r\n" + lines + "\r\nContent-Length: 2\r\n\r\nab");
                assertThat(client.answer().status()).isEqualTo(200);
            }
        }

        assertThat(node.exchanges()).hasSize(2);
        assertThat(node.last().head().lines()).containsExactly("Host: h", "Content-Length: 2");
        assertThat(node.last().content()).asString().isEqualTo("ab");
    }

    /** What Envoy 1.40 knows, as requests' headers, answers' or both, and one that it does not know yet. */
    static Stream<String> controlHeaders() {
        return Stream.of("""
                attempt-count auth-failure-mode-allowed auth-headers-to-remove auth-partial-body cluster compression-status
                decorator-operation degraded downstream-service-cluster downstream-service-node drop-overload
                expected-rq-timeout-ms external-address fault-abort-grpc-request fault-abort-request
                fault-abort-request-percentage fault-delay-request fault-delay-request-percentage fault-throughput-response
                fault-throughput-response-percentage force-trace hedge-on-per-try-timeout immediate-health-check-fail internal
                ip-tags is-timeout-retry local-overloaded max-retries not-forwarded original-dst-host original-host
                original-method original-path original-url overloaded peer-metadata peer-metadata-id ratelimited
                retriable-header-names retriable-status-codes retry-grpc-on retry-on shadow unconditional-drop-overload
                upstream-alt-stat-name upstream-canary upstream-healthchecked-cluster upstream-host-address upstream-hostname
                upstream-rq-per-try-timeout-ms upstream-rq-timeout-alt-response upstream-rq-timeout-ms upstream-service-time
                upstream-stream-duration-ms of-tomorrow""".split("\\s+")).map(name -> "x-envoy-" + name);
    }

    @Test
    void no_control_header_of_a_client_reaches_the_store(Rig rig) throws IOException {
        var bucket = rig.bucket(node);

        try (var client = rig.connect()) {
            for (var value : List.of("1", "true", "/other/")) {
                var lines = Stream.concat(
                                controlHeaders(),
                                Stream.of(
                                        "X-Envoy-Retry-ON",
                                        "x-datapath-target",
                                        "x-datapath-host",
                                        "x-datapath-method",
                                        "x-datapath-forwarded-proto"))
                        .map(name -> name + ": " + value)
                        .toArray(String[]::new);
                assertThat(client.request("GET", "/" + bucket + "/k", lines)
                                .answer()
                                .status())
                        .isEqualTo(200);
            }
        }

        assertThat(node.exchanges()).hasSize(3);
        assertThat(node.exchanges())
                .allSatisfy(
                        exchange -> assertThat(exchange.head().lines()).allMatch(line -> line.startsWith("Host: ")));
    }

    @Test
    void no_control_header_of_a_client_bounds_repeats_or_replaces_what_the_store_says(Rig rig) throws IOException {
        node.script(exchange -> {
            exchange.readBody();
            exchange.pause(Duration.ofMillis(300)).answer("503 Slow Down", "busy");
        });
        var bucket = rig.bucket(node);

        try (var client = rig.connect()) {
            var answer = client.request(
                            "PUT",
                            "/" + bucket + "/k",
                            "x-envoy-upstream-rq-timeout-ms: 50",
                            "x-envoy-upstream-rq-per-try-timeout-ms: 50",
                            "x-envoy-upstream-rq-timeout-alt-response: true",
                            "x-envoy-hedge-on-per-try-timeout: true",
                            "x-envoy-retry-on: 5xx,reset,retriable-status-codes,retriable-headers",
                            "x-envoy-retriable-status-codes: 503",
                            "x-envoy-retriable-header-names: content-length",
                            "x-envoy-max-retries: 3",
                            "x-envoy-fault-abort-request: 418",
                            "Content-Length: 0")
                    .answer();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text()).isEqualTo("busy");
            assertThat(answer.head().fields()).noneMatch(field -> field.name().startsWith("x-envoy-"));
        }

        assertThat(node.exchanges()).hasSize(1);
    }

    @Test
    void at_least_128_headers_of_60_kib_pass(Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        var lines = IntStream.range(0, 128)
                .mapToObj(i -> "x-amz-meta-%03d: ".formatted(i) + "v".repeat(480 - 16))
                .toArray(String[]::new);

        try (var client = rig.connect()) {
            assertThat(client.request("PUT", "/" + bucket + "/k", lines)
                            .answer()
                            .status())
                    .isEqualTo(200);
        }

        assertThat(node.last().head().lines()).contains(lines);
    }

    @Test
    void a_head_over_the_budget_gets_431_as_s3_xml(Rig rig) throws IOException {
        var bucket = rig.bucket(node);

        try (var client = rig.connect()) {
            var answer = client.request("GET", "/" + bucket + "/k", "x-amz-meta-long: " + "v".repeat(200_000))
                    .answer();
            S3Error.assertThatIs(answer, 431);
        }
        assertThat(node.exchanges()).isEmpty();
    }

    @Test
    void an_answers_head_arrives_with_its_spelling_order_and_reason_phrase(Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        var lines = List.of(
                "x-amz-id-2: Abc/+=",
                "x-amz-request-id: 4442587FB7D0A2F9",
                "Date: Sun, 01 Nov 2026 00:00:00 GMT",
                "Last-Modified: Sun, 01 Nov 2026 00:00:00 GMT",
                "ETag: \"d41d8cd98f00b204e9800998ecf8427e-2\"",
                "x-amz-meta-Mixed_Case.Dot: caf\u00e9",
                "X-AMZ-Meta-dup: first",
                "X-AMZ-Meta-dup: second",
                "x-amz-checksum-crc64nvme: AAAAAAAAAAA=",
                "Accept-Ranges: bytes",
                "Server: Store/1.0",
                "Via: 1.1 inner",
                "Content-Type: application/octet-stream",
                "Content-Length: 2");
        node.script(
                exchange -> exchange.write("HTTP/1.1 200 Quite Fine\r\n" + String.join("\r\n", lines) + "\r\n\r\nok"));

        try (var client = rig.connect()) {
            var head = client.request("GET", "/" + bucket + "/k").answer().head();
            assertThat(head.startLine()).isEqualTo("HTTP/1.1 200 Quite Fine");
            assertThat(withoutOwnId(head)).containsExactlyElementsOf(lines);
        }
    }

    @Test
    void an_answer_with_120_headers_of_60_kib_passes(Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        var lines = IntStream.range(0, 120)
                .mapToObj(i -> "x-amz-meta-%03d: ".formatted(i) + "v".repeat(490))
                .toArray(String[]::new);
        node.script(exchange -> exchange.answer("200 OK", "ok", lines));

        try (var client = rig.connect()) {
            var answer = client.request("GET", "/" + bucket + "/k").answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.head().lines()).contains(lines);
        }
    }

    @Test
    void every_answer_names_the_gateways_own_request_id_and_leaves_the_stores_alone(Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        node.script(exchange -> exchange.answer("200 OK", "ok", "x-amz-request-id: STORE", "x-amz-id-2: STORE2"));

        var ids = new ArrayList<String>();
        try (var client = rig.connect()) {
            for (int i = 0; i < 2; i++) {
                var head = client.request("GET", "/" + bucket + "/k").answer().head();
                assertThat(head.field("x-amz-request-id")).contains("STORE");
                assertThat(head.field("x-amz-id-2")).contains("STORE2");
                ids.add(head.field(OWN_ID).orElse("(none)"));
            }
        }

        assertThat(ids).doesNotContain("(none)").doesNotHaveDuplicates();
    }

    private static List<String> withoutOwnId(HttpHead head) {
        return head.fields().stream()
                .filter(field -> !field.name().equals(OWN_ID))
                .map(HttpHead.Field::toString)
                .toList();
    }
}
