package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.Exchange;
import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A read that is late is sent a second time, once, and the better answer wins. */
@Rig.Test
class HedgingTest {
    private static final Duration LATE = Duration.ofMillis(400);
    private static final String AFTER = "150ms";

    private final ScriptedNode one = ScriptedNode.start();
    private final ScriptedNode other = ScriptedNode.start();

    @AfterEach
    void close() {
        one.close();
        other.close();
    }

    private void script(ScriptedNode.Script script) {
        one.script(script);
        other.script(script);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "503 Slow Down",
                "500 Internal Server Error",
                "502 Bad Gateway",
                "504 Gateway Time-out",
                "429 Too Many Requests",
                "reset",
                "close"
            })
    void aCopyThatFailsNeverBeatsOneThatIsUnderWay(String how, Rig rig)
            throws IOException, ExecutionException, InterruptedException {
        var bucket = bucket(rig, "");
        Set<String> seen = Collections.synchronizedSet(new HashSet<>());
        script(exchange -> {
            if (seen.add(exchange.head().target())) {
                exchange.pause(LATE).answer("200 OK", "late");
            } else {
                fail(exchange, how);
            }
        });

        var answers = new ArrayList<Future<Integer>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 30; i++) {
                var target = "/" + bucket + "/" + i;
                answers.add(threads.submit(() -> RawClient.status(rig.port(), target)));
            }
        }
        for (var answer : answers) {
            assertThat(answer.get()).isEqualTo(200);
        }
        assertThat(one.exchanges().size() + other.exchanges().size()).isGreaterThan(30);
    }

    private static void fail(Exchange exchange, String how) throws IOException {
        switch (how) {
            case "reset" -> exchange.reset();
            case "close" -> exchange.close();
            default -> exchange.answer(how, "<Error/>");
        }
    }

    @Test
    void aFirstByteThatNoNodeSendsInTimeIsA504AfterOneSecondCopy(Rig rig) throws IOException {
        var bucket = bucket(rig, "timeouts: {firstByte: 1s}");
        script(exchange -> exchange.peerGoneWithin(Duration.ofSeconds(20)));

        try (var client = rig.connect()) {
            var answer = client.patience(Duration.ofSeconds(10))
                    .request("GET", "/" + bucket + "/k")
                    .answer();
            S3Error.assertThatIs(answer, 504);
        }
        assertThat(one.exchanges()).hasSize(1);
        assertThat(other.exchanges()).hasSize(1);
    }

    @Test
    void aLateReadIsAnsweredByTheOtherNode(Rig rig) throws IOException {
        var bucket = bucket(rig, "");
        Set<String> seen = Collections.synchronizedSet(new HashSet<>());
        script(exchange -> {
            if (seen.add(exchange.head().target())) {
                exchange.peerGoneWithin(Duration.ofSeconds(20));
            } else {
                exchange.answer("200 OK", "second");
            }
        });
        try (var client = rig.connect()) {
            assertThat(client.request("GET", "/" + bucket + "/k").answer().text())
                    .isEqualTo("second");
        }
    }

    @Test
    void whenEveryNodeIsOverloadedTheNodesSeeAtMostAFifthMore(Rig rig) throws ExecutionException, InterruptedException {
        int clients = 400;
        int each = 15;
        // While few requests are under way, at the beginning and at the end, a fixed number of repetitions is allowed.
        int edges = 120;
        var bucket = bucket(rig, "");
        script(exchange -> exchange.pause(
                        Duration.ofMillis(ThreadLocalRandom.current().nextInt(40, 120)))
                .answer("503 Slow Down", "<Error/>"));

        var running = new ArrayList<Future<Integer>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < clients; i++) {
                running.add(threads.submit(() -> refused(rig, bucket, each)));
            }
        }
        for (var client : running) {
            assertThat(client.get()).isEqualTo(each);
        }
        assertThat(one.exchanges().size() + other.exchanges().size())
                .isLessThanOrEqualTo(clients * each * 12 / 10 + edges);
    }

    private static int refused(Rig rig, String bucket, int count) throws IOException {
        int refused = 0;
        for (int i = 0; i < count; i++) {
            refused += RawClient.status(rig.port(), "/" + bucket + "/k") == 503 ? 1 : 0;
        }
        return refused;
    }

    @Test
    void lateAnswersDoNotTakeANodeOut(Rig rig) throws IOException, ExecutionException, InterruptedException {
        var bucket = bucket(rig, "");
        script(exchange -> exchange.pause(LATE).answer("200 OK", ""));
        var answers = new ArrayList<Future<Integer>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 40; i++) {
                answers.add(threads.submit(() -> RawClient.status(rig.port(), "/" + bucket + "/k")));
            }
        }
        for (var answer : answers) {
            assertThat(answer.get()).isEqualTo(200);
        }
        // An ejection lasts for seconds, a read here for a few milliseconds.
        script(ScriptedNode.OK);
        var before = List.of(one.exchanges().size(), other.exchanges().size());
        for (int i = 0; i < 20; i++) {
            assertThat(RawClient.status(rig.port(), "/" + bucket + "/k")).isEqualTo(200);
        }
        assertThat(one.exchanges()).hasSizeGreaterThan(before.getFirst());
        assertThat(other.exchanges()).hasSizeGreaterThan(before.getLast());
    }

    /** A bucket that both nodes serve and whose reads are hedged. */
    private String bucket(Rig rig, String moreOfTheRule) {
        var bucket = rig.bucketName("hedged");
        rig.gateway().policy(bucket, """
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: %1$s, namespace: %2$s}
                spec:
                  nodes:
                    static:
                    - {name: node-1, address: 127.0.0.1, port: %3$d}
                    - {name: node-2, address: 127.0.0.1, port: %4$d}
                ---
                %5$s""".formatted(
                        bucket, Manifests.NAMESPACE, one.port(), other.port(), Manifests.policy(bucket, """
                                - name: %1$s
                                  matches: [{buckets: [%1$s]}]
                                  pools: [{name: %1$s}]
                                  hedge: {after: %2$s}
                                  %3$s
                                """.formatted(
                                        bucket, AFTER, moreOfTheRule))));
        return bucket;
    }
}
