package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A store closes idle connections when it likes; no client may notice. */
@Rig.Test
class KeepAliveTest {
    private static final Duration STORE_CLOSES_AFTER = Duration.ofSeconds(2);
    private static final int CLIENTS = 60;

    @Test
    void writes_spaced_around_the_stores_keep_alive_time_all_succeed(Rig rig)
            throws ExecutionException, InterruptedException {
        try (var node = ScriptedNode.start();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            node.keepAlive(STORE_CLOSES_AFTER);
            var bucket = rig.bucket(routing -> routing.keepAlive(STORE_CLOSES_AFTER), node);
            var statuses = new ArrayList<Future<Integer>>();
            for (int i = 0; i < CLIENTS; i++) {
                // From 0.6 s before to 0.6 s after the moment at which the store closes.
                var pause = STORE_CLOSES_AFTER.plusMillis((i - CLIENTS / 2) * 20L);
                statuses.add(threads.submit(twoWrites(rig, bucket, pause)));
            }
            for (var status : statuses) {
                assertThat(status.get()).isEqualTo(200);
            }
            assertThat(node.exchanges()).hasSize(2 * CLIENTS);
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
