package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.datapath.api.v1alpha1.StoragePoolSpec.Provider;
import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.FaultyNode;
import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.NodeFault;
import dev.datapath.e2e.rig.TestPki;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicContainer;
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

    private final TestPki pki = new TestPki("store authority");
    private final TestPki.PemPair good = pki.issue("localhost", "127.0.0.1");
    private final TestPki.PemPair expired = pki.issueExpired("localhost", "127.0.0.1");
    private final List<FaultyNode> nodes = new ArrayList<>();
    private final ExecutorService pools = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        pools.shutdownNow();
        nodes.forEach(FaultyNode::close);
    }

    private record Pool(Provider provider, String bucket, FaultyNode failing, FaultyNode healthy) {}

    @TestFactory
    Stream<DynamicContainer> aNodeIsLeftOutWhileItDoesNotServeAndOnlyThen(Rig rig) {
        return Arrays.stream(NodeFault.values()).map(fault -> {
            var pending = new ArrayList<Future<?>>();
            var start = pools(rig, fault);
            return dynamicContainer(
                    fault.text(),
                    Arrays.stream(Provider.values())
                            .map(provider -> dynamicTest(provider.name(), () -> {
                                if (pending.isEmpty()) {
                                    start.get()
                                            .forEach(pool -> pending.add(pools.submit(() -> {
                                                meets(rig, pool, fault);
                                                return null;
                                            })));
                                }
                                pending.get(provider.ordinal()).get();
                            })));
        });
    }

    private java.util.function.Supplier<List<Pool>> pools(Rig rig, NodeFault fault) {
        return () -> {
            var started = Arrays.stream(Provider.values())
                    .map(provider -> start(provider, fault))
                    .toList();
            rig.gateway().policy(name(fault), manifest(started, fault));
            return started;
        };
    }

    private Pool start(Provider provider, NodeFault fault) {
        try {
            var pair = new ArrayList<FaultyNode>();
            for (int i = 0; i < 2; i++) {
                pair.add(fault == NodeFault.EXPIRED_CERTIFICATE ? FaultyNode.start(good) : FaultyNode.start());
            }
            nodes.addAll(pair);
            var bucket = name(fault) + "-" + provider.name().toLowerCase(Locale.ROOT);
            return new Pool(provider, bucket, pair.getFirst(), pair.getLast());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void meets(Rig rig, Pool pool, NodeFault fault) throws IOException {
        var requests = new Requests(rig, pool);
        requests.until("both nodes serve", () -> pool.failing.requests() > 0 && pool.healthy.requests() > 0);
        fail(pool, fault);
        if (isAnAnswer(pool, fault)) {
            int checked = pool.failing.checks() + 5;
            requests.until("it was checked often", () -> pool.failing.checks() >= checked);
            long before = pool.failing.requests();
            requests.until("it still gets requests", () -> pool.failing.requests() > before);
            return;
        }
        requests.restart();
        requests.until("it is out", () -> requests.succeededInARow >= IN_A_ROW);
        assertThat(requests.failed).as("failed requests until the node was out").isLessThanOrEqualTo(MOST_FAILURES);
        long before = pool.failing.requests();
        recover(pool, fault);
        requests.until("it is back", () -> pool.failing.requests() > before);
    }

    /** Whether the store says something that is not a defect of one node: then the others would say the same. */
    private static boolean isAnAnswer(Pool pool, NodeFault fault) {
        return switch (fault) {
            case INTERNAL_ERROR, SLOW_DOWN -> true;
            // Other presets look at the status only.
            case WRONG_BODY -> pool.provider != Provider.ECS && pool.provider != Provider.ObjectScale;
            default -> false;
        };
    }

    private void fail(Pool pool, NodeFault fault) throws IOException {
        if (fault == NodeFault.EXPIRED_CERTIFICATE) {
            pool.failing.showExpired(expired);
        } else {
            pool.failing.fail(fault);
        }
    }

    private void recover(Pool pool, NodeFault fault) throws IOException {
        if (fault == NodeFault.EXPIRED_CERTIFICATE) {
            pool.failing.show(good);
        } else {
            pool.failing.recover();
        }
    }

    /** Uploads one after the other: what is sent to a node that fails does fail. */
    private static final class Requests {
        private final Rig rig;
        private final String target;
        private int succeededInARow;
        private int failed;

        Requests(Rig rig, Pool pool) {
            this.rig = rig;
            this.target = "/" + pool.bucket + "/k";
        }

        void restart() {
            succeededInARow = 0;
            failed = 0;
        }

        void until(String what, java.util.function.BooleanSupplier condition) {
            patient(what).until(() -> {
                send();
                return condition.getAsBoolean();
            });
        }

        private static ConditionFactory patient(String what) {
            return await(what)
                    .atMost(LIMIT)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(50))
                    .pollInSameThread();
        }

        private void send() {
            try (var client = rig.connect()) {
                int status = client.patience(Duration.ofSeconds(3))
                        .request("PUT", target, "Content-Length: 0")
                        .answer()
                        .status();
                count(status == 200);
            } catch (IOException noAnswer) {
                count(false);
            }
        }

        private void count(boolean succeeded) {
            succeededInARow = succeeded ? succeededInARow + 1 : 0;
            failed += succeeded ? 0 : 1;
        }
    }

    private static String name(NodeFault fault) {
        return fault.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private String manifest(List<Pool> started, NodeFault fault) {
        var tls = fault == NodeFault.EXPIRED_CERTIFICATE
                ? "tls: {mode: ServerOnly, serverName: localhost, caCertificateRefs: [{name: node-detection}]}"
                : "tls: {}";
        var documents = started.stream()
                .map(pool -> """
                        apiVersion: datapath.dev/v1alpha1
                        kind: StoragePool
                        metadata: {name: %s, namespace: %s}
                        spec:
                          provider: %s
                          nodes:
                            static:
                            - {name: failing, address: 127.0.0.1, port: %d}
                            - {name: healthy, address: 127.0.0.1, port: %d}
                          %s
                        ---
                        """.formatted(
                        pool.bucket, Manifests.NAMESPACE, pool.provider, pool.failing.port(), pool.healthy.port(), tls))
                .collect(Collectors.joining());
        var authority = fault == NodeFault.EXPIRED_CERTIFICATE
                ? """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: node-detection, namespace: %s}
                data:
                  ca.crt: |
                %s
                ---
                """.formatted(Manifests.NAMESPACE, pki.authority().indent(4).stripTrailing())
                : "";
        var rules = started.stream().map(pool -> """
                        - name: %1$s
                          matches: [{buckets: ["%1$s"]}]
                          pools: [{name: %1$s}]
                          timeouts: {firstByte: 1s}
                        """.formatted(pool.bucket)).collect(Collectors.joining());
        return documents + authority + Manifests.policy(name(fault), rules);
    }
}
