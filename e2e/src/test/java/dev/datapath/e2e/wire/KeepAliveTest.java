package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.Exchange;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A store closes idle connections when it likes; no client may notice. */
@Rig.Test
class KeepAliveTest {
    /** What the owner of the pool says, */
    private static final Duration GATEWAY_KEEPS = Duration.ofSeconds(2);
    /** and what the store does: far enough behind it that a busy machine does not blur the two. */
    private static final Duration STORE_KEEPS = Duration.ofSeconds(4);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(1_000);
    private static final Duration LAST_PAUSE = Duration.ofMillis(5_000);
    private static final int CLIENTS = 9;

    @Test
    void writes_with_pauses_around_the_stores_keep_alive_time_all_succeed(Rig rig)
            throws ExecutionException, InterruptedException {
        try (var node = ScriptedNode.start(new ClosingStore());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var step = LAST_PAUSE.minus(FIRST_PAUSE).dividedBy(CLIENTS - 1);
            var statuses = new ArrayList<Future<Integer>>();
            for (int i = 0; i < CLIENTS; i++) {
                // A pool for each, or the connection that one has just used would serve the next.
                var bucket = rig.bucket(routing -> routing.keepAlive(GATEWAY_KEEPS), node);
                statuses.add(threads.submit(twoWrites(rig, bucket, FIRST_PAUSE.plus(step.multipliedBy(i)))));
            }
            for (var status : statuses) {
                assertThat(status.get()).isEqualTo(200);
            }
            assertThat(node.exchanges()).hasSize(2 * CLIENTS);
            assertThat(node.connections())
                    .as("short pauses use a connection again, long ones do not")
                    .isGreaterThan(CLIENTS)
                    .isLessThan(2 * CLIENTS);
        }
    }

    /**
     * Resets a request on a connection that was idle for its time. So does a store whose FIN crosses the request on the wire, which
     * a test cannot bring about at will.
     */
    private static final class ClosingStore implements ScriptedNode.Script {
        private final Map<Integer, Long> answered = new ConcurrentHashMap<>();

        @Override
        public void answer(Exchange exchange) throws IOException {
            var before = answered.get(exchange.connection());
            if (before != null && exchange.arrivedNanos() - before > STORE_KEEPS.toNanos()) {
                exchange.reset();
                return;
            }
            exchange.readBody();
            answered.put(exchange.connection(), System.nanoTime());
            exchange.answer("200 OK", "");
        }
    }

    @Test
    void a_connection_that_just_answered_is_used_again(Rig rig) throws IOException {
        try (var node = ScriptedNode.start()) {
            var bucket = rig.bucket(node);
            try (var client = rig.connect()) {
                for (int i = 0; i < 20; i++) {
                    assertThat(client.request("GET", "/" + bucket + "/k")
                                    .answer()
                                    .status())
                            .isEqualTo(200);
                }
            }
            assertThat(node.connections()).isEqualTo(1);
        }
    }

    private static Callable<Integer> twoWrites(Rig rig, String bucket, Duration pause) {
        return () -> {
            try (var client = rig.connect()) {
                var first = client.request("PUT", "/" + bucket + "/k", "Content-Length: 2")
                        .send("ab".getBytes())
                        .answer()
                        .status();
                Thread.sleep(pause);
                var second = client.request("PUT", "/" + bucket + "/k", "Content-Length: 2")
                        .send("cd".getBytes())
                        .answer()
                        .status();
                return Math.max(first, second);
            }
        };
    }
}
