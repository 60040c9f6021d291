package dev.datapath.operator.source.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.datapath.operator.kubernetes.MemoryBudget;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.threads.Daemons;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against an API server that rejects requests, or does not respond. */
class NamedWatchesTest {
    private static final ObjectRef USER = new ObjectRef("DataPath", "ai", "training");
    private static final ObjectKey NAME = new ObjectKey("ai", "certificate");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private enum Mode {
        FORBIDDEN,
        SILENT,
        EMPTY
    }

    private final AtomicReference<Mode> mode = new AtomicReference<>(Mode.FORBIDDEN);
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-01T00:00:00Z"));
    private final Set<ObjectRef> notified = ConcurrentHashMap.newKeySet();
    private final Queue<String> requested = new ConcurrentLinkedQueue<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private HttpServer server;
    private KubernetesClient client;
    /** Enough for 512 names, 256 of them in one namespace. */
    private final WatchBudget room = new WatchBudget(96 << 20);

    private NamedWatches<Secret> watches;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool(Daemons.named("api-server")));
        server.createContext("/", this::answer);
        server.start();
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withAutoConfigure(false)
                        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
        watches = new NamedWatches<>(
                name -> client.secrets()
                        .inNamespace(name.namespace())
                        .withName(name.name())
                        .runnableInformer(0),
                () -> new HeldObjects<>(Contents::of, new MemoryBudget(256 << 20)),
                notified::add,
                PATIENCE,
                now::get,
                room);
    }

    @AfterEach
    void stop() {
        watches.close();
        end.countDown();
        client.close();
        server.stop(0);
    }

    @Test
    void aForbiddenNameIsReportedAtOnceAndReadOncePermitted() {
        assertThat(watches.want(USER, List.of(NAME)).pending()).isTrue();
        await().until(() -> notified.contains(USER));
        assertThat(watches.want(USER, List.of(NAME))).satisfies(known -> {
            assertThat(known.pending()).isFalse();
            assertThat(known.unreadable().get(NAME))
                    .contains("secrets is forbidden", "Check the permissions of the operator's ServiceAccount");
        });

        notified.clear();
        mode.set(Mode.EMPTY);
        await().atMost(Duration.ofSeconds(60)).until(() -> notified.contains(USER));
        assertThat(watches.want(USER, List.of(NAME))).isEqualTo(new NamedWatches.Known(false, Map.of()));
    }

    @Test
    void anUnresponsiveApiServerBlocksNoCaller() {
        mode.set(Mode.SILENT);
        var users = IntStream.range(0, 24)
                .mapToObj(i -> new ObjectRef("DataPath", "ai", "d" + i))
                .toList();
        assertThat(users)
                .allSatisfy(user -> assertThat(
                                watches.want(user, List.of(new ObjectKey("ai", "secret-of-" + user.name()))))
                        .isEqualTo(new NamedWatches.Known(true, Map.of())));
        now.set(now.get().plus(PATIENCE));
        var name = new ObjectKey("ai", "secret-of-d0");
        assertThat(watches.want(users.getFirst(), List.of(name)).unreadable().get(name))
                .contains("no response of the API server within 10 s");
    }

    @Test
    void unusedPoolsOpenABoundedNumberOfWatches() {
        mode.set(Mode.SILENT);
        var names = IntStream.range(0, 200)
                .mapToObj(i -> new ObjectKey("ai", "secret-" + i))
                .toList();
        for (int i = 0; i < 200; i++) {
            watches.want(new ObjectRef("StoragePool", "ai", "p" + i), List.of(names.get(i)));
        }
        assertThat(watches.size()).isEqualTo(128);
        var last = names.getLast();
        assertThat(watches.want(new ObjectRef("StoragePool", "ai", "p199"), List.of(last)))
                .isEqualTo(new NamedWatches.Known(
                        false,
                        Map.of(
                                last,
                                "the operator's memory limits the number of watched objects, and namespace ai may"
                                        + " reference at most 128 for StoragePools that no DataPath uses. Delete unused"
                                        + " objects, or increase the operator's memory limit")));

        assertThat(watches.want(USER, List.of(last))).isEqualTo(new NamedWatches.Known(true, Map.of()));
        var elsewhere = new ObjectKey("bi", "secret");
        assertThat(watches.want(new ObjectRef("StoragePool", "bi", "p"), List.of(elsewhere)))
                .isEqualTo(new NamedWatches.Known(true, Map.of()));
    }

    /** Each watch is a connection, and the objects need not exist. */
    @Test
    void namespacesShareALimitOnAllNames() {
        mode.set(Mode.SILENT);
        for (int n = 0; n < 3; n++) {
            var namespace = "ns-" + n;
            var names = IntStream.range(0, 300)
                    .mapToObj(i -> new ObjectKey(namespace, "secret-" + i))
                    .toList();
            watches.want(new ObjectRef("DataPath", namespace, "many"), names);
        }
        assertThat(watches.size()).as("all, and the few of the last").isEqualTo(2 * 256 + 32);

        var first = new ObjectRef("DataPath", "ns-0", "many");
        assertThat(watches.want(first, List.of()).unreadable()).isEmpty();
        assertThat(watches.size()).isEqualTo(256 + 32);
        assertThat(watches.want(new ObjectRef("DataPath", "another", "few"), List.of(new ObjectKey("another", "one"))))
                .isEqualTo(new NamedWatches.Known(true, Map.of()));
    }

    @Test
    void namesOfOneNamespaceDoNotDelayAnother() {
        mode.set(Mode.SILENT);
        var names = IntStream.range(0, 100)
                .mapToObj(i -> new ObjectKey("ai", "secret-" + i))
                .toList();
        watches.want(USER, names);
        var elsewhere = new ObjectKey("bi", "secret");
        watches.want(new ObjectRef("DataPath", "bi", "other"), List.of(elsewhere));
        await().until(() -> requested.contains("/api/v1/namespaces/bi/secrets"));
        assertThat(requested.stream().filter(path -> path.contains("/ai/")).count())
                .isLessThanOrEqualTo(8);
    }

    private void answer(HttpExchange exchange) throws IOException {
        requested.add(exchange.getRequestURI().getPath());
        switch (mode.get()) {
            case FORBIDDEN ->
                respond(
                        exchange,
                        403,
                        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"code\":403,"
                                + "\"message\":\"secrets is forbidden\"}");
            case EMPTY -> {
                if (exchange.getRequestURI().getQuery().contains("watch=true")) {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().flush();
                    waitForTheEnd(exchange);
                } else {
                    respond(
                            exchange,
                            200,
                            "{\"kind\":\"SecretList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}");
                }
            }
            case SILENT -> waitForTheEnd(exchange);
        }
    }

    private void waitForTheEnd(HttpExchange exchange) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        exchange.close();
    }

    private static void respond(HttpExchange exchange, int status, String body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
