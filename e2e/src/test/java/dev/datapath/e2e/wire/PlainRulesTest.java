package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.e2e.rig.StandaloneGateway;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** So many rules that say nothing but their pool that Envoy finds the pools in a map. Buckets with odd numbers are elsewhere. */
@Tag("tier3")
class PlainRulesTest {
    private static final int RULES = 300;
    private static final int PER_POLICY = 100;
    private static StandaloneGateway gateway;
    private static ScriptedNode store;
    private static ScriptedNode other;

    @BeforeAll
    static void start() {
        store = ScriptedNode.start();
        other = ScriptedNode.start();
        gateway = StandaloneGateway.start(
                1, port -> Manifests.dataPathOf(port, "s3.test", store.port()) + "---\n" + pool("other", other));
        for (int first = 0; first < RULES; first += PER_POLICY) {
            gateway.policy("plain-" + first, policy(first));
        }
        gateway.policy("special", Manifests.policy("special", """
                - name: closed
                  matches: [{buckets: ["bucket-27*"]}]
                  deny: {code: AccessDenied}
                - name: wide
                  matches: [{buckets: ["wide-*"]}]
                  pools: [{name: other}]
                - name: keys
                  matches: [{buckets: [keys], keyPrefix: "far/"}]
                  pools: [{name: other}]
                - name: reads
                  matches: [{buckets: [reads], operations: [GetObject]}]
                  pools: [{name: other}]
                - name: dotted
                  matches: [{buckets: [bucket-1.x]}]
                  pools: [{name: store}]
                """));
    }

    private static String policy(int first) {
        return Manifests.policy(
                "plain-" + first,
                IntStream.range(first, first + PER_POLICY)
                        .mapToObj(i -> "- {name: rule-%d, matches: [{buckets: [bucket-%d]}], pools: [{name: %s}]}\n"
                                .formatted(i, i, i % 2 == 0 ? "store" : "other"))
                        .collect(Collectors.joining()));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        store.close();
        other.close();
    }

    @Test
    void thereIsNoOtherBucketWithoutAPoolForTheRest() throws IOException {
        try (var lone = StandaloneGateway.start(1, port -> Manifests.dataPath(port) + "---\n" + pool("store", store))) {
            for (int first = 0; first < RULES; first += PER_POLICY) {
                lone.policy("plain-" + first, policy(first).replace("name: other", "name: store"));
            }
            assertThat(answer(lone, "GET", "localhost", "/bucket-1/key").status())
                    .isEqualTo(200);
            assertThat(answer(lone, "GET", "bucket-299.s3.test", "/key").status())
                    .isEqualTo(200);
            for (var method : List.of("GET", "PUT")) {
                var refused = answer(lone, method, "localhost", "/bucket-300/key");
                assertThat(refused.status()).isEqualTo(404);
                assertThat(refused.text()).contains("<Code>NoSuchBucket</Code><Message>No rule matches this request.");
                assertThat(answer(lone, method, "nothing.s3.test", "/key").status())
                        .isEqualTo(404);
            }
            assertThat(answer(lone, "GET", "localhost", "/").status()).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, localhost, /bucket-1/key, other",
        "GET, localhost, /bucket-1, other",
        "GET, localhost, /bucket-1?list-type=2, other",
        "PUT, localhost, /bucket-1/key, other",
        "DELETE, localhost, /bucket-1/key, other",
        "POST, localhost, /bucket-1/key?uploadId=1, other",
        "GET, localhost, /bucket-2/key, store",
        "GET, localhost, /bucket-299/key, other",
        "GET, localhost, /bucket-300/key, store",
        "GET, localhost, /bucket-1x/key, store",
        "GET, localhost, /bucket-1.x/key, store",
        "GET, localhost, /, store",
        "GET, localhost, /wide-1/key, other",
        "GET, localhost, /keys/far/1, other",
        "GET, localhost, /keys/near/1, store",
        "GET, localhost, /reads/key, other",
        "PUT, localhost, /reads/key, store",
        "GET, localhost, /bucket-27/key, other",
        "GET, localhost, /bucket-270/key, store",
        "GET, localhost, /bucket-27x/key, denied",
        "PUT, localhost, /bucket-27x/key, denied",
        "GET, bucket-1.s3.test, /key, other",
        "GET, bucket-1.s3.test:9000, /key, other",
        "GET, bucket-1.S3.Test., /key, other",
        "PUT, bucket-1.s3.test, /bucket-2/key, other",
        "GET, bucket-2.s3.test, /bucket-1/key, store",
        "GET, bucket-1.x.s3.test, /key, store",
        "GET, bucket-1.y.s3.test, /key, store",
        "GET, wide-1.s3.test, /key, other",
        "GET, bucket-27.s3.test, /key, other",
        "GET, bucket-27x.s3.test, /key, denied",
        "GET, nothing.s3.test, /key, store",
    })
    void theMapFindsThePool(String method, String host, String target, String where) throws IOException {
        int atStore = store.exchanges().size();
        int atOther = other.exchanges().size();
        int status = answer(gateway, method, host, target).status();
        var served = status == 403
                ? "denied"
                : store.exchanges().size() > atStore
                        ? "store"
                        : other.exchanges().size() > atOther ? "other" : "none";
        assertThat(served).as("status %d", status).isEqualTo(where);
    }

    private static String pool(String name, ScriptedNode node) {
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: %s, namespace: %s}
                spec: {provider: Generic, nodes: {static: [{name: node-1, address: 127.0.0.1, port: %d}]}}
                """.formatted(name, Manifests.NAMESPACE, node.port());
    }

    private static RawClient.Answer answer(StandaloneGateway of, String method, String host, String target)
            throws IOException {
        try (var client = RawClient.to(of.port(0))) {
            return client.send("%s %s HTTP/1.1\r\nHost: %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                            .formatted(method, target, host))
                    .answer();
        }
    }
}
