package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.rig.ProcessMemory;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.Routing;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.e2e.rig.StandaloneGateway;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients cannot make a gateway use more memory than its default limit, whatever they leave unread or unfinished. */
@Tag("tier3")
class OverloadTest {
    /** The default of {@code spec.gateway.resources.limits.memory}. */
    private static final long LIMIT = 1L << 30;

    private static final int SLOW_READERS = 3_000;
    private static final int UNFINISHED_HEADS = 10_000;
    /** Each takes 1,000 connections by default. */
    private static final int NODES = 4;

    private static final byte[] PIECE = new byte[262_144];

    private final AtomicLong sent = new AtomicLong();
    private final List<ScriptedNode> nodes = new ArrayList<>();
    private final List<RawClient> clients = new ArrayList<>();
    private final StandaloneGateway gateway = StandaloneGateway.start(1);

    @BeforeEach
    void route() {
        for (int i = 0; i < NODES; i++) {
            nodes.add(ScriptedNode.start(exchange -> {
                if (!exchange.head().target().endsWith("/large")) {
                    exchange.answer("200 OK", "ok");
                    return;
                }
                exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + 64 * PIECE.length + "\r\n\r\n");
                for (int piece = 0; piece < 64; piece++) {
                    exchange.write(PIECE);
                    sent.addAndGet(PIECE.length);
                }
            }));
        }
        gateway.route(Routing.to("big", nodes.stream().map(ScriptedNode::port).toArray(Integer[]::new)));
    }

    @AfterEach
    void close() throws IOException {
        for (var client : clients) {
            client.close();
        }
        nodes.forEach(ScriptedNode::close);
        gateway.close();
    }

    @Test
    void slowReadersStayWithinTheMemoryLimit() throws IOException {
        attack(SLOW_READERS, "GET /big/large HTTP/1.1\r\nHost: h\r\n\r\n");
        awaitStandstill();

        assertWithinLimit();
        leave();
        assertServes();
    }

    @Test
    void unfinishedHeadsStayWithinTheMemoryLimit() throws IOException {
        var head = new StringBuilder("GET /big/k HTTP/1.1\r\nHost: h\r\n");
        IntStream.range(0, 11)
                .forEach(i -> head.append("x-amz-meta-")
                        .append(i)
                        .append(": ")
                        .append("v".repeat(8_000))
                        .append("\r\n"));
        attack(UNFINISHED_HEADS, head.toString());

        assertWithinLimit();
        leave();
        assertServes();
    }

    private void attack(int connections, String request) throws IOException {
        for (int i = 0; i < connections; i++) {
            var client = RawClient.to(gateway.port(0), 4_096);
            clients.add(client);
            try {
                client.send(request);
            } catch (IOException refused) {
                // The gateway may close what is too much.
            }
        }
    }

    private void awaitStandstill() {
        var last = new AtomicLong(-1);
        Awaitility.await("no more bytes pass")
                .pollInterval(Duration.ofSeconds(1))
                .atMost(Duration.ofMinutes(2))
                .until(() -> sent.get() > 0 && last.getAndSet(sent.get()) == sent.get());
    }

    private void leave() throws IOException {
        for (var client : clients) {
            client.reset();
        }
        clients.clear();
    }

    private void assertWithinLimit() {
        assertThat(ProcessMemory.peakBytes(gateway.pids().getFirst())).isBetween(LIMIT / 8, LIMIT);
    }

    private void assertServes() {
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            for (int i = 0; i < 20; i++) {
                assertThat(RawClient.status(gateway.port(0), "/big/k")).isEqualTo(200);
            }
        });
    }
}
