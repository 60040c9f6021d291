package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.Routing;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway's own errors are S3 errors that SDKs know how to take. */
@Rig.Test
class GatewayErrorsTest {
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
    void without_a_healthy_node_clients_are_told_to_slow_down(Rig rig) {
        var bucket = rig.bucket(Routing::withoutPanic, Ports.free());

        // Until health checks have failed often enough, the broken connection itself is reported.
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            try (var client = rig.connect()) {
                var answer = client.request("GET", "/" + bucket + "/k").answer();
                assertThat(S3Error.assertThatIs(answer, 503)).isEqualTo("SlowDown");
                assertThat(answer.head().field("retry-after"))
                        .hasValueSatisfying(seconds -> assertThat(seconds).matches("[1-9][0-9]?"));
                assertThat(answer.head().field("x-amz-retry-after"))
                        .hasValueSatisfying(millis -> assertThat(millis).matches("[1-9][0-9]{1,4}"));
            }
        });
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
