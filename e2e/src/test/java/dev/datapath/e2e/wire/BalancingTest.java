package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.FaultyLink;
import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests go to the node with the fewest under way, of all nodes, also when nodes have just come or come back. */
@Rig.Test
class BalancingTest {
    private static final int NODES = 4;

    private final List<Node> nodes = new ArrayList<>();

    @AfterEach
    void close() {
        nodes.forEach(Node::close);
    }

    /** A node that takes a while for each request and counts how many it has under way. */
    private static final class Node implements AutoCloseable {
        private final AtomicInteger underWay = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();
        private final ScriptedNode store = ScriptedNode.start(exchange -> {
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            exchange.pause(Duration.ofMillis(20)).answer("200 OK", "");
            underWay.decrementAndGet();
        });
        private final FaultyLink link = FaultyLink.to(store.port());

        @Override
        public void close() {
            link.close();
            store.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"100", "60"})
    void aNodeThatHangsGetsNoMoreRequestsWhileItHasMoreUnderWayThanTheOthers(String weight, Rig rig)
            throws IOException, InterruptedException, ExecutionException {
        var bucket = bucket(rig, weight);
        var hung = nodes.getFirst();
        hung.store.script(exchange -> exchange.peerGoneWithin(Duration.ofSeconds(30)));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 200; i++) {
                var read = threads.submit(() -> RawClient.status(rig.port(), "/" + bucket + "/k"));
                try {
                    assertThat(read.get(1, TimeUnit.SECONDS)).isEqualTo(200);
                } catch (TimeoutException itHangs) {
                    assertThat(hung.store.exchanges()).isNotEmpty();
                }
            }
            assertThat(hung.store.exchanges()).as("requests to the hung node").hasSizeLessThanOrEqualTo(2);
            hung.close();
            threads.shutdownNow();
        }
    }

    @Test
    void aNodeThatComesBackUnderLoadDoesNotGetAllRequestsAtOnce(Rig rig) throws InterruptedException {
        var bucket = bucket(rig, "100");
        var back = nodes.getFirst();
        back.link.refuse();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 40; i++) {
                threads.submit(() -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        RawClient.status(rig.port(), "/" + bucket + "/k");
                    }
                    return null;
                });
            }
            await().until(() -> nodes.getLast().store.exchanges().size() > 100);
            back.link.pass();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> back.store.exchanges().size() > 200);
            threads.shutdownNow();
        }
        int others =
                nodes.stream().skip(1).mapToInt(node -> node.most.get()).max().orElseThrow();
        // Requests that wait for a connection do not count as under way yet: some more than its share come at first.
        assertThat(back.most.get()).as("requests at once").isLessThan(2 * others);
    }

    /** A bucket on new nodes, the first of which has that weight and the others 100. */
    private String bucket(Rig rig, String weight) {
        IntStream.range(0, NODES).forEach(i -> nodes.add(new Node()));
        var bucket = rig.bucketName("balanced");
        var list = new StringBuilder();
        for (int i = 0; i < NODES; i++) {
            list.append("    - {name: node-%d, address: 127.0.0.1, port: %d, weight: %s}\n"
                    .formatted(i, nodes.get(i).link.port(), i == 0 ? weight : "100"));
        }
        rig.gateway().policy(bucket, """
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: %1$s, namespace: %2$s}
                spec:
                  nodes:
                    static:
                %3$s---
                %4$s""".formatted(
                        bucket, Manifests.NAMESPACE, list, Manifests.policy(bucket, """
                                - name: %1$s
                                  matches: [{buckets: [%1$s]}]
                                  pools: [{name: %1$s}]
                                  timeouts: {firstByte: 30s}
                                """.formatted(bucket))));
        return bucket;
    }
}
