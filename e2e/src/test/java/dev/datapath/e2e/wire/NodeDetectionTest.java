package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.datapath.api.v1alpha1.StoragePoolSpec.Provider;
import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.FailingPools;
import dev.datapath.e2e.rig.FaultyNode;
import dev.datapath.e2e.rig.NodeFault;
import dev.datapath.e2e.rig.RawClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every way in which a node fails, with every provider's preset: a node that does not serve gets no requests until it serves again,
 * and a node that answers, be it 500 or 503, keeps getting them. All pools of a fault run at the same time.
 */
@Rig.Test
class NodeDetectionTest {
    private static final Duration LIMIT = Duration.ofSeconds(40);
    /** Requests in a row that the other node answered: by chance once in a million, were the failed node still used. */
    private static final int IN_A_ROW = 20;
    /** Two ejections' worth: nothing here is repeated once a node has seen it. */
    private static final int MOST_FAILURES = 10;
    /** Failures that never come in a row, because each is next to a success: found by their share, a few seconds later. */
    private static final Set<NodeFault> FOUND_BY_SHARE = EnumSet.of(NodeFault.SHORT_BODY, NodeFault.RESETS_WRITES);
    /** More than take a node out. */
    private static final int MANY = 200;
    /** Reads between two writes, where reads succeed. */
    private static final int READS = 2;

    private final List<FailingPools> started = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        threads.shutdownNow();
        started.forEach(FailingPools::close);
    }

    @TestFactory
    Stream<DynamicContainer> aNodeIsLeftOutWhileItDoesNotServeAndOnlyThen(Rig rig) {
        return Arrays.stream(NodeFault.values()).map(fault -> {
            var running = new ArrayList<Future<?>>();
            return dynamicContainer(
                    fault.text(),
                    Arrays.stream(Provider.values())
                            .map(provider -> dynamicTest(provider.name(), () -> {
                                if (running.isEmpty()) {
                                    running.addAll(start(rig, fault));
                                }
                                running.get(provider.ordinal()).get();
                            })));
        });
    }

    private List<Future<Void>> start(Rig rig, NodeFault fault) {
        var all = new FailingPools(rig.gateway(), fault, "timeouts: {firstByte: 1s}");
        started.add(all);
        return all.pools().stream()
                .map(pool -> threads.submit(() -> meets(rig, fault, all, pool)))
                .toList();
    }

    private static Void meets(Rig rig, NodeFault fault, FailingPools all, FailingPools.Pool pool) throws IOException {
        var failing = pool.failing();
        var requests = new Requests(rig, pool.bucket(), fault == NodeFault.RESETS_WRITES ? READS : 0);
        requests.until(
                "both nodes serve",
                () -> failing.requests() > 0 && pool.healthy().requests() > 0);
        all.fail(pool);
        if (all.staysIn(pool)) {
            int checked = failing.checks() + 5;
            requests.until("it was checked often", () -> failing.checks() >= checked);
            long before = failing.requests();
            requests.until("it still gets requests", () -> failing.requests() > before);
            return null;
        }
        requests.restart();
        requests.until("it is out", () -> requests.succeededInARow >= IN_A_ROW);
        assertThat(requests.failedReads).isZero();
        if (!FOUND_BY_SHARE.contains(fault)) {
            assertThat(requests.failed)
                    .as("failed writes until the node was out")
                    .isLessThanOrEqualTo(MOST_FAILURES);
        }
        long before = failing.requests();
        all.recover(pool);
        requests.until("it is back", () -> failing.requests() > before);
        return null;
    }

    /** A pool has no other node to turn to, so the one that it has is used. */
    @Test
    void thereIsNoNodeLeftSoTheFailingOneServes(Rig rig) throws IOException {
        try (var node = FaultyNode.start()) {
            var requests = new Requests(rig, rig.bucket(routing -> routing, node.port()), READS);
            node.fail(NodeFault.RESETS_WRITES);
            requests.until("many writes have failed", () -> requests.failed >= MANY);
            assertThat(requests.failedReads).isZero();
        }
    }

    /** Uploads one after the other, with reads between them if asked for: what is sent to a node that fails does fail. */
    private static final class Requests {
        private final Rig rig;
        private final String target;
        private final int reads;
        private int succeededInARow;
        private int failed;
        private int failedReads;

        Requests(Rig rig, String bucket, int reads) {
            this.rig = rig;
            this.target = "/" + bucket + "/k";
            this.reads = reads;
        }

        void restart() {
            succeededInARow = 0;
            failed = 0;
            failedReads = 0;
        }

        void until(String what, BooleanSupplier condition) {
            await(what)
                    .atMost(LIMIT)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(25))
                    .pollInSameThread()
                    .until(() -> {
                        send();
                        return condition.getAsBoolean();
                    });
        }

        private void send() {
            for (int i = 0; i < reads; i++) {
                failedReads += succeeds("GET") ? 0 : 1;
            }
            boolean succeeded = succeeds("PUT");
            succeededInARow = succeeded ? succeededInARow + 1 : 0;
            failed += succeeded ? 0 : 1;
        }

        private boolean succeeds(String method) {
            try (var client = rig.connect().patience(Duration.ofSeconds(3))) {
                var answer = client.request(method, target, "Content-Length: 0").answer();
                return answer.status() == 200 && answer.end() == RawClient.End.COMPLETE;
            } catch (IOException noAnswer) {
                return false;
            }
        }
    }
}
