package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.rig.Exchange;
import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.ProcessMemory;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.Routing;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.e2e.rig.StandaloneGateway;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Answers that are held back for HTTP/1.0 clients fit into a gateway's memory, also when no client takes its answer. */
@Tag("tier3")
class HeldAnswersTest {
    private static final long LIMIT = 256L << 20;

    /** Enough for all to be held at once, and less than stalls may last when a gateway is full. */
    private static final Duration UNFINISHED = Duration.ofSeconds(4);

    private final AtomicInteger sent = new AtomicInteger();
    private final List<RawClient> clients = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (var client : clients) {
            client.close();
        }
    }

    @Test
    void longAnswersAreNotKept() throws IOException {
        var body = new byte[3_900_000];
        try (var node = ScriptedNode.start(exchange -> {
                    try {
                        begin(exchange, body).write("\r\n0\r\n\r\n");
                    } finally {
                        sent.incrementAndGet();
                    }
                });
                var gateway = gateway()) {
            ask(gateway, node, 300);

            assertThat(clients.getLast().answer().status()).isEqualTo(501);
            assertWithinLimit(gateway);
        }
    }

    /** Nearly as many clients as the gateway takes, and the longest answers that it holds. */
    @Test
    void answersWithoutEndFit() throws IOException {
        var body = new byte[256 << 10];
        try (var node = ScriptedNode.start(exchange -> {
                    begin(exchange, body);
                    sent.incrementAndGet();
                    exchange.pause(UNFINISHED).write("\r\n0\r\n\r\n");
                });
                var gateway = gateway()) {
            ask(gateway, node, 500);

            assertThat(clients.getLast().answer().content()).hasSize(body.length);
            assertWithinLimit(gateway);
        }
    }

    private static Exchange begin(Exchange exchange, byte[] body) throws IOException {
        return exchange.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(body.length)
                        + "\r\n")
                .write(body);
    }

    private static StandaloneGateway gateway() {
        return StandaloneGateway.start(
                1, port -> Manifests.dataPath(port) + "  gateway: {resources: {limits: {memory: 256Mi}}}\n");
    }

    private void ask(StandaloneGateway gateway, ScriptedNode node, int count) throws IOException {
        gateway.route(Routing.to("held", node.port()));
        for (int i = 0; i < count; i++) {
            var client = RawClient.to(gateway.port(0), 4_096).patience(Duration.ofSeconds(30));
            clients.add(client);
            client.send("GET /held HTTP/1.0\r\nHost: h\r\n\r\n");
        }
        Awaitility.await("all is sent")
                .atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(sent).hasValue(count));
    }

    private static void assertWithinLimit(StandaloneGateway gateway) {
        assertThat(ProcessMemory.peakBytes(gateway.pids().getFirst())).isBetween(LIMIT / 8, LIMIT);
    }
}
