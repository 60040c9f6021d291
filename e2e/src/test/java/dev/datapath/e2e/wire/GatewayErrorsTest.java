package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.Routing;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway's own errors are S3 errors that SDKs know how to take. */
@Rig.Test
class GatewayErrorsTest {
    private static final int CLIENTS = 30;

    @ParameterizedTest
    @ValueSource(
            strings = {"/no-such-bucket/k", "/no-such-bucket", "/no-such-bucket?list-type=2", "/no-such-bucket/<&\">]]>"
            })
    void a_bucket_without_a_rule_is_no_such_bucket(String target, Rig rig) throws IOException {
        try (var client = rig.connect()) {
            assertThat(S3Error.assertThatIs(client.request("GET", target).answer(), 404))
                    .isEqualTo("NoSuchBucket");
        }
    }

    @Test
    void what_a_policy_denies_is_access_denied_and_reaches_no_node(Rig rig) throws IOException {
        try (var node = ScriptedNode.start()) {
            var bucket = rig.bucketName("denied");
            rig.gateway().route(Routing.deny(bucket, node.port()));

            try (var client = rig.connect()) {
                var answer = client.request("GET", "/" + bucket + "/k").answer();
                assertThat(S3Error.assertThatIs(answer, 403)).isEqualTo("AccessDenied");
            }
            assertThat(node.exchanges()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-envoy-original-path: /open/k",
                "x-datapath-target: /open/k/",
                "x-envoy-original-host: open.s3.test",
                "x-forwarded-host: open.s3.test",
                "x-http-method-override: HEAD"
            })
    void no_header_of_a_client_leads_around_a_denial(String header, Rig rig) throws IOException {
        try (var node = ScriptedNode.start()) {
            var bucket = rig.bucketName("denied");
            var open = rig.bucket(node);
            rig.gateway().route(Routing.deny(bucket, node.port()));

            try (var client = rig.connect()) {
                var answer = client.request("GET", "/" + bucket + "/k", header.replace("open", open))
                        .answer();
                assertThat(S3Error.assertThatIs(answer, 403)).isEqualTo("AccessDenied");
            }
            assertThat(node.exchanges()).isEmpty();
        }
    }

    @Test
    void withoutAHealthyNodeTheServiceIsUnavailable(Rig rig) {
        var bucket = rig.bucket(Routing::withoutPanic, Ports.free());

        // Until health checks have failed often enough, the broken connection itself is reported.
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            try (var client = rig.connect()) {
                var answer = client.request("GET", "/" + bucket + "/k").answer();
                assertThat(S3Error.assertThatIs(answer, 503)).isEqualTo("ServiceUnavailable");
                assertThat(answer.text()).contains("No storage node");
                assertThat(answer.head().field("retry-after"))
                        .hasValueSatisfying(seconds -> assertThat(seconds).matches("[1-9][0-9]?"));
                assertThat(answer.head().field("x-amz-retry-after"))
                        .hasValueSatisfying(millis -> assertThat(millis).matches("[1-9][0-9]{1,4}"));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"pools: [{name: not-there}]", "pools: [{name: not-there}, {name: not-there-either}]"})
    void withoutAPoolTheServiceIsUnavailable(String action, Rig rig) throws IOException {
        var bucket = rig.bucketName("poolless");
        rig.gateway().policy(bucket, Manifests.policy(bucket, """
                - name: poolless
                  matches: [{buckets: ["%s"]}]
                  %s
                """.formatted(bucket, action)));

        try (var client = rig.connect()) {
            var answer = client.request("GET", "/" + bucket + "/k").answer();
            assertThat(S3Error.assertThatIs(answer, 503)).isEqualTo("ServiceUnavailable");
        }
    }

    @Test
    void moreRequestsThanMayWaitAreToldToSlowDown(Rig rig) throws IOException {
        var release = new CountDownLatch(1);
        try (var node = ScriptedNode.start(exchange -> {
            if (exchange.head().target().endsWith("/slow")) {
                release.await();
            }
            exchange.answer("200 OK", "ok");
        })) {
            // The connection may be being opened: one more may wait.
            var bucket = limited(rig, node, "{maxConnectionsPerNode: 1, maxPendingRequests: 0}");
            try (var first = rig.connect();
                    var second = rig.connect()) {
                Awaitility.await()
                        .until(() -> first.request("GET", "/" + bucket + "/k")
                                        .answer()
                                        .status()
                                == 200);
                first.request("GET", "/" + bucket + "/slow");
                Awaitility.await().until(() -> node.last().head().target().endsWith("/slow"));
                second.request("GET", "/" + bucket + "/waits");
                try (var third = rig.connect()) {
                    var answer = third.request("GET", "/" + bucket + "/refused").answer();
                    assertThat(S3Error.assertThatIs(answer, 503)).isEqualTo("SlowDown");
                    assertThat(answer.head().field("x-amz-retry-after")).isPresent();
                }
                release.countDown();
                assertThat(first.answer().status()).isEqualTo(200);
                assertThat(second.answer().status()).isEqualTo(200);
            }
        }
    }

    /** A gateway that starts has no connections: a request that one is opened for does not wait for a busy node. */
    @Test
    void aQueueOfNoneRefusesNothingWhileNodesTakeConnections(Rig rig) throws Exception {
        var together = new CountDownLatch(CLIENTS);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var node = ScriptedNode.start(exchange -> {
                    together.countDown();
                    together.await();
                    exchange.answer("200 OK", "ok");
                })) {
            var bucket = limited(rig, node, "{maxPendingRequests: 0}");
            var answers = new ArrayList<Future<Integer>>();
            for (int i = 0; i < CLIENTS; i++) {
                answers.add(threads.submit(() -> {
                    try (var client = rig.connect()) {
                        return client.request("GET", "/" + bucket + "/k")
                                .answer()
                                .status();
                    }
                }));
            }
            for (var answer : answers) {
                assertThat(answer.get()).isEqualTo(200);
            }
        }
    }

    private static String limited(Rig rig, ScriptedNode node, String limits) {
        var bucket = rig.bucketName("full");
        rig.gateway().policy(bucket, """
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: %1$s, namespace: %2$s}
                spec:
                  provider: Generic
                  nodes: {static: [{name: node-0, address: 127.0.0.1, port: %3$d}]}
                  limits: %4$s
                ---
                %5$s""".formatted(
                        bucket, Manifests.NAMESPACE, node.port(), limits, Manifests.policy(bucket, """
                - name: full
                  matches: [{buckets: ["%s"]}]
                  pools: [{name: %s}]
                """.formatted(
                                        bucket, bucket))));
        return bucket;
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "POST", "DELETE", "GET ?list-type=2"})
    void aNodeWhoseFirstByteIsLateIsARequestTimeout(String request, Rig rig) throws IOException {
        try (var node = ScriptedNode.start(exchange -> {
            exchange.readBody();
            exchange.pause(Duration.ofSeconds(3)).answer("200 OK", "");
        })) {
            var bucket = rig.bucket(routing -> routing.firstByte(Duration.ofMillis(200)), node);
            var words = request.split(" ");
            var target = "/" + bucket + (words.length > 1 ? words[1] : "/k");
            try (var client = rig.connect()) {
                var answer =
                        client.request(words[0], target, "Content-Length: 0").answer();
                assertThat(S3Error.assertThatIs(answer, 504)).isEqualTo("RequestTimeout");
                assertThat(answer.head().field("retry-after")).isPresent();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "denied ok ok",
                "ok denied ok",
                "denied denied ok",
                "denied denied denied",
                "missing ok denied",
                "denied ok ok ok ok denied ok",
                "upload ok denied",
                "deniedUpload ok ok"
            })
    void pipelinedRequestsAreAllAnswered(String requests, Rig rig) throws IOException {
        try (var node = ScriptedNode.start()) {
            var open = rig.bucket(node);
            var denied = rig.bucketName("denied");
            rig.gateway().route(Routing.deny(denied, node.port()));
            var kinds = List.of(requests.split(" "));
            var text = kinds.stream()
                    .map(kind -> switch (kind) {
                        case "ok" -> "GET /" + open + "/k HTTP/1.1\r\nHost: h\r\n\r\n";
                        case "upload" -> "PUT /" + open + "/k HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab";
                        case "denied" -> "GET /" + denied + "/k HTTP/1.1\r\nHost: h\r\n\r\n";
                        case "deniedUpload" ->
                            "PUT /" + denied + "/k HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab";
                        default -> "GET /no-such-bucket/k HTTP/1.1\r\nHost: h\r\n\r\n";
                    })
                    .collect(Collectors.joining());
            try (var client = rig.connect()) {
                client.send(text.getBytes(StandardCharsets.ISO_8859_1));
                for (var kind : kinds) {
                    assertThat(client.answerTo("GET").status())
                            .as(kind)
                            .isEqualTo(
                                    switch (kind) {
                                        case "ok", "upload" -> 200;
                                        case "missing" -> 404;
                                        default -> 403;
                                    });
                }
            }
        }
    }

    @Test
    void a_node_that_breaks_before_its_answer_is_service_unavailable(Rig rig) throws IOException {
        try (var node = ScriptedNode.start(exchange -> {
            exchange.readBody();
            exchange.reset();
        })) {
            var bucket = rig.bucket(node);
            try (var client = rig.connect()) {
                var answer = client.request("PUT", "/" + bucket + "/k", "Content-Length: 0")
                        .answer();
                assertThat(answer.status()).isIn(502, 503);
                assertThat(S3Error.assertThatIs(answer, answer.status())).isEqualTo("ServiceUnavailable");
            }
        }
    }

    @Test
    void an_error_to_head_has_no_body_and_the_connection_goes_on(Rig rig) throws IOException {
        try (var client = rig.connect()) {
            for (int i = 0; i < 2; i++) {
                var answer = client.request("HEAD", "/no-such-bucket/k").answer();
                assertThat(answer.status()).isEqualTo(404);
                assertThat(answer.head().field("x-amz-request-id")).isPresent();
                assertThat(answer.end()).isEqualTo(RawClient.End.COMPLETE);
            }
            var after = client.request("GET", "/no-such-bucket/k").answer();
            assertThat(S3Error.assertThatIs(after, 404)).isEqualTo("NoSuchBucket");
        }
    }
}
