package dev.datapath.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.reconcile.GatewayHealth.Gateway;
import dev.datapath.operator.status.NodeReport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatewayHealthTest {
    private static final ObjectKey DATA_PATH = new ObjectKey("ai", "training");
    private static final String ANSWER = """
            {"cluster_statuses": [{"name": "pool/rgw", "host_statuses": [
              {"address": {"socket_address": {"address": "10.0.0.1", "port_value": 8000}}}]}]}
            """;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-01T12:00:00Z"));
    private static final ObjectKey POOL = new ObjectKey("ai", "rgw");

    private final List<ObjectKey> changes = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (var resource : open) {
            resource.close();
        }
    }

    @Test
    void gatewaysSayHowTheySeeTheNodesOfPools() {
        var health = health(gateway -> ANSWER);
        health.ask(DATA_PATH, List.of(gateway("g-0"), gateway("g-1")));
        await().until(() -> changes.size() == 2);
        assertThat(health.nodes("ai", "rgw"))
                .containsExactlyInAnyOrder(
                        new NodeReport("g-0", "10.0.0.1", 8000, NodeReport.Health.HEALTHY),
                        new NodeReport("g-1", "10.0.0.1", 8000, NodeReport.Health.HEALTHY));
        assertThat(changes).containsOnly(POOL);
        assertThat(health.nodes("other", "rgw")).isEmpty();
    }

    @Test
    void gatewaysThatDoNotAnswerDoNotKeepOthersFromBeingAsked() {
        var forever = new CountDownLatch(1);
        var health = health(gateway -> {
            if (gateway.pod().startsWith("dead")) {
                forever.await();
            }
            return ANSWER;
        });
        health.ask(DATA_PATH, List.of(gateway("dead-0"), gateway("dead-1"), gateway("dead-2")));
        health.ask(
                new ObjectKey("ai", "inference"), List.of(new Gateway(new ObjectKey("ai", "inference"), "g", "::1")));
        await().until(() -> !health.nodes("ai", "rgw").isEmpty());
    }

    @Test
    void gatewaysThatDoNotAnswerDelayNoOtherDataPath() {
        var over = new CountDownLatch(1);
        var answers = new AtomicInteger();
        var health = health(gateway -> {
            if (gateway.pod().startsWith("dead")) {
                over.await();
                throw new IOException("no answer");
            }
            answers.incrementAndGet();
            return ANSWER;
        });
        health.ask(
                DATA_PATH,
                IntStream.range(0, 200).mapToObj(i -> gateway("dead-" + i)).toList());
        var healthy = new ObjectKey("other", "healthy");
        health.ask(healthy, List.of(new Gateway(healthy, "g", "127.0.0.1")));
        await().until(() -> answers.get() > 10);
        assertThat(health.nodes("other", "rgw")).hasSize(1);
    }

    @Test
    void aGatewayThatAnswersIsNotDelayedByThoseOfItsDataPathThatDoNot() {
        var over = new CountDownLatch(1);
        var answers = new AtomicInteger();
        var failures = new AtomicInteger();
        var health = health(gateway -> {
            if (gateway.pod().startsWith("dead")) {
                if (failures.incrementAndGet() > 20) {
                    over.await();
                }
                throw new IOException("no answer");
            }
            answers.incrementAndGet();
            return ANSWER;
        });
        var all = new ArrayList<>(
                IntStream.range(0, 20).mapToObj(i -> gateway("dead-" + i)).toList());
        all.add(gateway("g-0"));
        health.ask(DATA_PATH, all);
        await().until(() -> failures.get() > 20);
        int before = answers.get();
        await().until(() -> answers.get() > before + 10);
    }

    @Test
    void aReportDoesNotExpireWhileTheGatewayIsNotAsked() {
        var health = health(gateway -> ANSWER);
        health.ask(DATA_PATH, List.of(gateway("g-0")));
        await().until(() -> !health.nodes("ai", "rgw").isEmpty());
        health.close();
        now.updateAndGet(before -> before.plus(GatewayHealth.MAX_AGE).plusMillis(1));
        assertThat(health.nodes("ai", "rgw")).isNotEmpty();
    }

    @Test
    void oneFailedQuestionDoesNotEndAnOldReport() {
        var answers = new AtomicInteger();
        var health = health(gateway -> {
            if (answers.incrementAndGet() % GatewayHealth.MAX_FAILURES != 1) {
                now.updateAndGet(before -> before.plus(GatewayHealth.MAX_AGE).plusMillis(1));
                throw new IOException("too slow");
            }
            return ANSWER;
        });
        health.ask(DATA_PATH, List.of(gateway("g-0")));
        await().until(() -> answers.get() > 5 * GatewayHealth.MAX_FAILURES);
        assertThat(changes).containsExactly(POOL);
    }

    @Test
    void whatAGatewaySaidIsForgottenWhenItCannotBeAskedForLong() {
        var answer = new AtomicReference<>(ANSWER);
        var health = health(gateway -> {
            if (answer.get().isEmpty()) {
                now.updateAndGet(before -> before.plus(GatewayHealth.MAX_AGE).plusMillis(1));
                throw new IOException("dead");
            }
            return answer.get();
        });
        health.ask(DATA_PATH, List.of(gateway("g-0")));
        await().until(() -> changes.size() == 1);

        answer.set("");
        await().until(() -> changes.size() == 2);
        assertThat(health.nodes("ai", "rgw")).isEmpty();
    }

    @Test
    void anAnswerThatComesWhenItsGatewayIsGoneIsNotKept() {
        var asked = new CountDownLatch(1);
        var answers = new CountDownLatch(1);
        var answered = new CountDownLatch(1);
        var health = health(gateway -> {
            asked.countDown();
            awaitUninterrupted(answers);
            answered.countDown();
            return ANSWER;
        });
        health.ask(DATA_PATH, List.of(gateway("g-0")));
        awaitUninterrupted(asked);
        health.ask(DATA_PATH, List.of());
        answers.countDown();
        awaitUninterrupted(answered);
        assertThat(changes).isEmpty();
        assertThat(health.nodes("ai", "rgw")).isEmpty();
    }

    @Test
    void onlyThePoolWhoseNodesChangedIsReported() {
        var failing = new AtomicReference<>("");
        var health = health(gateway -> """
                {"cluster_statuses": [
                  {"name": "pool/one", "host_statuses": [
                    {"address": {"socket_address": {"address": "10.0.0.1", "port_value": 8000}}, "health_status": {%s}}]},
                  {"name": "pool/two", "host_statuses": [
                    {"address": {"socket_address": {"address": "10.0.0.2", "port_value": 8000}}}]}]}
                """.formatted(failing.get()));
        health.ask(DATA_PATH, List.of(gateway("g-0")));
        await().until(() -> changes.size() == 2);
        failing.set("\"failed_active_health_check\": true");
        await().until(() -> changes.size() > 2);
        assertThat(changes.subList(2, changes.size())).containsOnly(new ObjectKey("ai", "one"));
    }

    /** A thread that ends with an error is not started again. */
    @Test
    void anErrorDoesNotEndTheQuestions() {
        var asked = new AtomicInteger();
        var health = health(gateway -> {
            if (asked.incrementAndGet() < 3) {
                throw new StackOverflowError("made for the test");
            }
            return ANSWER;
        });
        health.ask(DATA_PATH, List.of(gateway("g-0")));
        await().until(() -> !health.nodes("ai", "rgw").isEmpty());
        assertThat(health.alive()).isTrue();
    }

    @Test
    void anAnswerComesOverHttp() throws Exception {
        int port = serve("HTTP/1.1 200 OK\r\ncontent-length: " + ANSWER.length() + "\r\n\r\n" + ANSWER);
        assertThat(GatewayHealth.http(port).clusters(gateway("g-0"))).isEqualTo(ANSWER);
    }

    @Test
    void anAnswerThatIsAnErrorIsNone() throws Exception {
        int port = serve("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n");
        assertThatThrownBy(() -> GatewayHealth.http(port).clusters(gateway("g-0")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("503");
    }

    @Test
    void anAnswerThatDoesNotEndIsNone() throws Exception {
        int port = serve("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{");
        var outcome = new AtomicReference<Throwable>();
        var asking = Thread.ofVirtual().start(() -> {
            try {
                GatewayHealth.http(port).clusters(gateway("g-0"));
            } catch (IOException | InterruptedException e) {
                outcome.set(e);
            }
        });
        open.add(asking::interrupt);
        await().until(() -> outcome.get() != null);
        assertThat(outcome.get()).isInstanceOf(IOException.class).hasMessageContaining("no answer within");
    }

    @Test
    void anAnswerThatIsTooLongIsNone() throws Exception {
        int length = HttpQuestion.MAX_BYTES + 1;
        int port = serve("HTTP/1.1 200 OK\r\ncontent-length: " + length + "\r\n\r\n" + "x".repeat(length));
        assertThatThrownBy(() -> GatewayHealth.http(port).clusters(gateway("g-0")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("more than");
    }

    private GatewayHealth health(GatewayHealth.Question question) {
        var health = new GatewayHealth(question, changes::add, now::get, Duration.ofMillis(20));
        open.add(health);
        return health;
    }

    private static Gateway gateway(String pod) {
        return new Gateway(DATA_PATH, pod, "127.0.0.1");
    }

    /** Says the same on every connection, and leaves it open. */
    private int serve(String answer) throws IOException {
        var socket = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
        open.add(socket);
        Thread.ofVirtual().start(() -> {
            while (!socket.isClosed()) {
                try {
                    var connection = socket.accept();
                    open.add(connection);
                    connection.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    // The client had enough, or the test is over.
                }
            }
        });
        return socket.getLocalPort();
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
