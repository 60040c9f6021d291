package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A node that is drained gets nothing new, whatever happens to the others, and finishes what it has. */
@Rig.Test
class MaintenanceTest {
    @Test
    void aDrainedNodeGetsNothingWhenAllOthersAreDown(Rig rig) throws IOException {
        try (var drained = ScriptedNode.start(exchange -> exchange.answer("200 OK", ""))) {
            var bucket = bucket(rig, Ports.free(), "Active", drained.port(), "Drain");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(RawClient.status(rig.port(), "/" + bucket + "/k"))
                            .isEqualTo(503));
            for (int i = 0; i < 5; i++) {
                try (var client = RawClient.to(rig.port())) {
                    assertThat(client.request("PUT", "/" + bucket + "/k")
                                    .answer()
                                    .status())
                            .isEqualTo(503);
                }
            }
            assertThat(drained.exchanges()).isEmpty();
        }
    }

    @Test
    void aDrainedNodeGetsNothingWhenAllOthersAreDisabled(Rig rig) throws IOException {
        try (var drained = ScriptedNode.start(exchange -> exchange.answer("200 OK", ""))) {
            var bucket = bucket(rig, Ports.free(), "Disabled", drained.port(), "Drain");
            assertThat(RawClient.status(rig.port(), "/" + bucket + "/k")).isEqualTo(503);
            assertThat(drained.exchanges()).isEmpty();
        }
    }

    @Test
    void aDrainedNodeFinishesWhatItHas(Rig rig) throws IOException {
        var go = new CountDownLatch(1);
        try (var drained = ScriptedNode.start(exchange -> {
                    exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbe");
                    go.await();
                    exchange.write("en");
                });
                var other = ScriptedNode.start(exchange -> exchange.answer("200 OK", ""));
                var client = rig.connect()) {
            var name = rig.bucketName("maintained");
            apply(rig, name, other.port(), "Disabled", drained.port(), "Active");
            var head = client.request("GET", "/" + name + "/k").readHead();
            apply(rig, name, other.port(), "Active", drained.port(), "Drain");
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                RawClient.status(rig.port(), "/" + name + "/k");
                return !other.exchanges().isEmpty();
            });
            int before = drained.exchanges().size();
            RawClient.status(rig.port(), "/" + name + "/k");
            assertThat(drained.exchanges()).as("nothing new comes").hasSize(before);
            go.countDown();
            assertThat(new String(client.body(head).rest(), StandardCharsets.US_ASCII))
                    .isEqualTo("been");
        }
    }

    private static String bucket(Rig rig, int first, String firstState, int second, String secondState) {
        var bucket = rig.bucketName("maintained");
        apply(rig, bucket, first, firstState, second, secondState);
        return bucket;
    }

    private static void apply(Rig rig, String bucket, int first, String firstState, int second, String secondState) {
        rig.gateway().policy(bucket, """
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: %1$s, namespace: %2$s}
                spec:
                  nodes:
                    static:
                    - {name: node-1, address: 127.0.0.1, port: %3$d, state: %4$s}
                    - {name: node-2, address: 127.0.0.1, port: %5$d, state: %6$s}
                ---
                %7$s""".formatted(
                        bucket,
                        Manifests.NAMESPACE,
                        first,
                        firstState,
                        second,
                        secondState,
                        Manifests.policy(bucket, """
                                - name: %1$s
                                  matches: [{buckets: [%1$s]}]
                                  pools: [{name: %1$s}]
                                  timeouts: {firstByte: %2$s}
                                """.formatted(bucket, secondState.equals("Drain") ? "10s" : "11s"))));
    }
}
