package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.e2e.rig.StandaloneGateway;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Conditions of a deny, each alone in a bucket: it holds, or it counts as not there and all of the bucket is denied. */
@Tag("tier3")
class ConditionsTest {
    private static ScriptedNode node;
    private static StandaloneGateway gateway;

    @BeforeAll
    static void start() {
        node = ScriptedNode.start();
        gateway = StandaloneGateway.start(1, port -> Manifests.dataPathOf(port, "s3.test", node.port()));
    }

    @AfterAll
    static void close() {
        gateway.close();
        node.close();
    }

    /** The table of what Envoy does with a header before routes are asked. */
    @ParameterizedTest
    @CsvSource({
        "connection, x-foo",
        "connection, close",
        "keep-alive, timeout=5",
        "proxy-connection, keep-alive",
        "upgrade, websocket",
        "http2-settings, abc",
        "te, gzip",
        "te, trailers",
        "x-envoy-foo, 1",
        "x-envoy-external-address, 10.0.0.1",
        "x-datapath-target, /",
        "x-datapath-host, a",
        "x-datapath-method, GET",
        "x-datapath-protocol, HTTP/0.9",
        "x-datapath-forwarded-proto, http",
        "x-datapath-request-id, 1",
        "x-datapath-other, 1",
        "x-forwarded-for, 10.0.0.1",
        "x-forwarded-host, a",
        "x-forwarded-client-cert, a",
        "x-forwarded-proto, ftp",
        "x-request-id, 1",
        "via, a",
        "forwarded, for=a",
        "expect, x",
        "trailer, x",
        "cookie, a=1",
        "authorization, a",
        "proxy-authorization, a",
        "traceparent, a",
        "content-length, 0",
        "user-agent, a",
        "range, bytes=0-1",
    })
    void aDenyByAHeaderHoldsForRequestsThatHaveIt(String name, String value) throws IOException {
        deny("{buckets: [bbb], headers: [{name: %s, value: \"%s\"}]}".formatted(name, value));
        assertThat(status("PUT /bbb/k", "h", name + ": " + value)).isEqualTo(403);
        assertThat(status("PUT /ccc/k", "h", name + ": " + value)).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "evil.example.com, evil.example.com, 403",
        "evil.example.com, evil.example.com:42540, 403",
        "evil.example.com, evil.example.com., 403",
        "evil.example.com, evil.example.com.:80, 403",
        "evil.example.com, evil.example.com:, 403",
        "evil.example.com, EVIL.Example.com, 403",
        "evil.example.com:80, evil.example.com, 403",
        "Evil.example.com., evil.example.com:81, 403",
        "'[::1]', '[::1]:80', 403",
        "'[::1]:80', '[::1]', 403",
        "evil.example.com, not-evil.example.com, 200",
        "evil.example.com, evil.example.com.org, 200",
        "evil.example.com, evil-example.com, 200",
    })
    void aHostIsDeniedAsHostsAreRead(String denied, String host, int status) throws IOException {
        deny("{headers: [{name: host, value: \"%s\"}]}".formatted(denied));
        assertThat(status("PUT /bbb/k", host, "x-a: 1")).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "s3.example.com, s3.example.com, 200",
        "s3.example.com, S3.example.com.:9000, 200",
        "s3.example.com:9000, s3.example.com:9000, 200",
        "s3.example.com:9000, s3.example.com:9001, 403",
        "s3.example.com, s4.example.com, 403",
    })
    void aHostIsServedAsHostsAreRead(String served, String host, int status) throws IOException {
        gateway.policy("conditions", Manifests.policy("conditions", """
                - name: served
                  matches: [{buckets: [bbb], headers: [{name: host, value: "%s"}]}]
                  pools: [{name: store}]
                - name: rest
                  deny: {}
                """.formatted(served)));
        assertThat(status("PUT /bbb/k", host, "x-a: 1")).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"[nope]", "'[s3, nope]'"})
    void aDenyForAnUnknownListenerHoldsAtAll(String listeners) throws IOException {
        deny("{buckets: [bbb], listeners: %s}".formatted(listeners));
        assertThat(status("PUT /bbb/k", "h", "x-a: 1")).isEqualTo(403);
        assertThat(status("PUT /ccc/k", "h", "x-a: 1")).isEqualTo(200);
    }

    /** SeaweedFS takes repeated slashes for one, and skips those before the key. */
    @ParameterizedTest
    @CsvSource({
        "dou//ble/, /dou/ble/k, 403",
        "dou//ble/, /dou//ble/k, 403",
        "dou//ble/, /dou///ble/k, 403",
        "dou//ble/, //dou%2fble/k, 403",
        "dou//ble/, /double/k, 200",
        "dou//ble/, /dou/k, 200",
        "/lead/, /lead/k, 403",
        "/lead/, //lead/k, 403",
        "/lead/, ///lead//k, 403",
        "/lead/, /x/lead/k, 200",
        "back\\\\slash/, /back/slash/k, 403",
        "back\\\\slash/, /back\\slash/k, 403",
        "back\\\\slash/, /back%5Cslash/k, 403",
        "back\\\\slash/, /back/slashes, 200",
    })
    void aKeyPrefixIsDeniedWithAnyNumberOfSlashes(String prefix, String key, int status) throws IOException {
        for (var bucket : new String[] {"bbb", "b*"}) {
            deny("{buckets: [\"%s\"], keyPrefix: \"%s\"}".formatted(bucket, prefix));
            assertThat(status("GET /bbb" + key, "h", "x-a: 1")).as(bucket).isEqualTo(status);
            assertThat(status("PUT /ccc/k", "h", "x-amz-copy-source: /bbb" + key))
                    .as("source in " + bucket)
                    .isEqualTo(status);
        }
    }

    private static void deny(String match) {
        gateway.policy(
                "conditions",
                Manifests.policy("conditions", "- {name: conditions, matches: [" + match + "], deny: {}}\n"));
    }

    private static int status(String line, String host, String header) throws IOException {
        try (var client = RawClient.to(gateway.port(0))) {
            var length = header.startsWith("content-length") ? "" : "\r\nContent-Length: 0";
            return client.send(line + " HTTP/1.1\r\nHost: " + host + "\r\n" + header + length + "\r\n\r\n")
                    .answer()
                    .status();
        }
    }
}
