package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.Routing;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.e2e.rig.StandaloneGateway;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one client can do to the nodes of all: it must not take them from the others by requests that make nodes look bad. */
@Tag("tier3")
class BlamedNodesTest {
    private static final int NODES = 9;
    /** A third may be out, and one more where a third is no whole number. */
    private static final int SERVING = 6;

    private static final int UPLOAD = 10_000_000;

    private final List<ScriptedNode> nodes = IntStream.range(0, NODES)
            .mapToObj(i -> ScriptedNode.start(exchange -> {
                var target = exchange.head().target();
                if (exchange.head().method().equals("PUT")) {
                    exchange.answer("403 Forbidden", "<Error/>", "Connection: close");
                    exchange.close();
                } else if (target.contains("%01")) {
                    exchange.answer("200 OK", "ok", "Content-Disposition: a\u0001b");
                } else if (target.endsWith("/many")) {
                    exchange.answer(
                            "200 OK",
                            "ok",
                            IntStream.range(0, 600)
                                    .mapToObj(m -> "x-amz-meta-m" + m + ": v")
                                    .toArray(String[]::new));
                } else {
                    exchange.answer("200 OK", "ok");
                }
            }))
            .toList();

    @AutoClose
    private final StandaloneGateway gateway = StandaloneGateway.start(1);

    @AfterEach
    void close() {
        nodes.forEach(ScriptedNode::close);
    }

    /**
     * A store that refuses an upload early and closes resets the connection, and Envoy takes that for a failure when it writes before
     * it reads.
     */
    @Test
    void refusedUploadsTakeAThirdOfTheNodesOutAtMost() {
        route();
        var ends = new AtomicBoolean();
        var serving = new ArrayList<Integer>();
        try (var attackers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 4; i++) {
                attackers.submit(() -> {
                    while (!ends.get()) {
                        upload();
                    }
                });
            }
            try {
                await().atMost(Duration.ofSeconds(60)).pollDelay(Duration.ZERO).until(() -> {
                    serving.add(servingReads());
                    return serving.stream().anyMatch(count -> count == SERVING) || serving.size() > 40;
                });
            } finally {
                ends.set(true);
            }
        }
        assertThat(serving)
                .as("nodes that serve")
                .allMatch(count -> count >= SERVING)
                .anyMatch(count -> count < NODES);
    }

    /** SeaweedFS and MinIO send the parameter back in a header as it is, and that header is no HTTP. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "?response-content-disposition=a%01b",
                "?versionId=1&respons%65-content-type=%0d",
                "?Response-Expires=x%7F",
                "?x-amz-meta-a=%1f%01"
            })
    void aParameterThatCannotBecomeAHeaderReachesNoNode(String query) throws IOException {
        route();
        for (int i = 0; i < 3; i++) {
            assertThat(RawClient.status(gateway.port(0), "/refused/k" + query)).isEqualTo(400);
        }
        assertThat(RawClient.status(gateway.port(0), "/refused/?prefix=a%0Ab&response-content-type=text%2Fplain"))
                .isEqualTo(200);
        assertThat(RawClient.status(gateway.port(0), "/refused/%0A?response-content-type=a%20b"))
                .isEqualTo(200);
    }

    /** What fits into the head of an upload comes back with headers of the store. */
    @Test
    void anAnswerMayHaveMoreHeadersThanARequest() throws IOException {
        route();
        assertThat(RawClient.status(gateway.port(0), "/refused/many")).isEqualTo(200);
    }

    private void route() {
        gateway.route(
                Routing.to("refused", nodes.stream().map(ScriptedNode::port).toArray(Integer[]::new))
                        .withoutPanic());
    }

    private void upload() {
        try (var client = RawClient.to(gateway.port(0))) {
            client.send("PUT /refused/k HTTP/1.1\r\nHost: h\r\nContent-Length: " + UPLOAD + "\r\n\r\n");
            var piece = new byte[65_536];
            for (int sent = 0; sent < UPLOAD; sent += piece.length) {
                client.send(piece);
            }
        } catch (IOException refused) {
            // The answer came before the end of the upload.
        }
    }

    /** How many nodes get some of so many reads that each node in use gets one. */
    private int servingReads() throws IOException {
        var before = nodes.stream()
                .map(node -> node.exchanges("/refused/read").size())
                .toList();
        for (int i = 0; i < 120; i++) {
            RawClient.status(gateway.port(0), "/refused/read");
        }
        return (int) IntStream.range(0, NODES)
                .filter(i -> nodes.get(i).exchanges("/refused/read").size() > before.get(i))
                .count();
    }
}
