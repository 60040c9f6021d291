package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A node that stops reading what it is sent fails, whatever else it answers; one that only pauses does not. */
@Rig.Test
class StalledUploadsTest {
    /** More than all buffers on the way to a node that does not read hold. */
    private static final int SIZE = 24 << 20;

    private static final byte[] PIECE = new byte[1 << 18];
    /** Uploads at the same time: as many stand still as take the node out by their share. */
    private static final int UPLOADS = 24;

    private static final int IN_A_ROW = 20;

    @Test
    void aNodeThatStopsReadingUploadsIsLeftOutThoughItAnswersReads(Rig rig) throws Exception {
        var released = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var stalls = ScriptedNode.start(exchange -> {
                    if (exchange.head().method().equals("PUT")) {
                        released.await();
                    }
                    exchange.answer("200 OK", "");
                });
                var serves = ScriptedNode.start()) {
            var bucket = rig.bucket(routing -> routing.idle(Duration.ofSeconds(8)), stalls, serves);
            var uploads = new ArrayList<Future<RawClient.Answer>>();
            for (int i = 0; i < UPLOADS; i++) {
                uploads.add(threads.submit(() -> upload(rig, bucket)));
            }
            int failed = 0;
            for (var upload : uploads) {
                var answer = upload.get(60, TimeUnit.SECONDS);
                if (answer.status() != 200) {
                    assertThat(answer.status()).isEqualTo(503);
                    assertThat(answer.text()).contains("<Code>");
                    failed++;
                }
            }
            assertThat(failed).as("uploads that the node did not take").isPositive();

            int before = stalls.exchanges().size();
            for (int i = 0; i < IN_A_ROW; i++) {
                assertThat(status(rig, bucket)).isEqualTo(200);
            }
            assertThat(stalls.exchanges()).as("requests to a node that is out").hasSize(before);
            released.countDown();
            await("it is back").atMost(Duration.ofSeconds(40)).until(() -> {
                status(rig, bucket);
                return stalls.exchanges().size() > before;
            });
        }
    }

    @Test
    void aPauseOfTheNodeCutsNothing(Rig rig) throws Exception {
        try (var node = ScriptedNode.start(exchange -> {
            exchange.readSome(1);
            exchange.pause(Duration.ofSeconds(4));
            exchange.body().skipRest();
            exchange.answer("200 OK", "");
        })) {
            var bucket = rig.bucket(routing -> routing.idle(Duration.ofSeconds(16)), node);
            assertThat(upload(rig, bucket).status()).isEqualTo(200);
        }
    }

    /** A client that sends nothing for longer than a node may take nothing: only its own request ends, by the rule's limit. */
    @Test
    void aPauseOfClientsIsNoFailureOfTheNodes(Rig rig) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var one = ScriptedNode.start();
                var other = ScriptedNode.start()) {
            var bucket = rig.bucket(routing -> routing.idle(Duration.ofSeconds(4)), one, other);
            var pauses = new ArrayList<Future<Integer>>();
            for (int i = 0; i < UPLOADS; i++) {
                pauses.add(threads.submit(() -> {
                    try (var client = rig.connect()) {
                        client.request("PUT", "/" + bucket + "/k", "Content-Length: " + 2 * PIECE.length);
                        client.send(PIECE);
                        return client.answer().status();
                    }
                }));
            }
            for (var pause : pauses) {
                assertThat(pause.get()).isEqualTo(504);
            }
            for (int i = 0; i < IN_A_ROW; i++) {
                assertThat(status(rig, bucket)).isEqualTo(200);
            }
            assertThat(List.of(one, other))
                    .allSatisfy(node -> assertThat(reads(node)).isPositive());
        }
    }

    private static long reads(ScriptedNode node) {
        return node.exchanges().stream()
                .filter(exchange -> exchange.head().method().equals("GET"))
                .count();
    }

    private static RawClient.Answer upload(Rig rig, String bucket) throws IOException {
        try (var client = rig.connect().patience(Duration.ofSeconds(40))) {
            client.request("PUT", "/" + bucket + "/k", "Content-Length: " + SIZE);
            try {
                for (int left = SIZE; left > 0; left -= PIECE.length) {
                    client.send(PIECE);
                }
            } catch (IOException refused) {
                // The answer says why nothing more is taken.
            }
            return client.answer();
        }
    }

    private static int status(Rig rig, String bucket) throws IOException {
        try (var client = rig.connect()) {
            return client.request("GET", "/" + bucket + "/k").answer().status();
        }
    }
}
