package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.ProcessMemory;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.Routing;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.e2e.rig.StandaloneGateway;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Object reads are copied to a candidate, and nothing that it does affects clients. */
@Tag("tier3")
class MirrorTest {
    private static final int MIRRORED = 100;
    private static final int LARGE = 128 << 20;

    @AutoClose
    private final ScriptedNode node = ScriptedNode.start();

    @AutoClose
    private final ScriptedNode candidate = ScriptedNode.start();

    @AutoClose
    private final StandaloneGateway gateway = StandaloneGateway.start(1);

    @BeforeEach
    void route() {
        gateway.route(Routing.to("candidate-only", candidate.port()));
        gateway.route(Routing.to("primary-only", node.port()));
        mirror(100);
    }

    @Test
    void objectReadsAreCopiedAsTheyAre() throws IOException {
        try (var client = RawClient.to(gateway.port(0))) {
            var answer = client.request("GET", "/mirrored/k?versionId=1", "Range: bytes=0-1", "Authorization: AWS a:b")
                    .answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.head().field("x-node")).isEmpty();
        }
        await().until(() -> candidate.exchanges().size() == 1);
        var copy = candidate.exchanges().getFirst().head();
        var original = node.exchanges().getFirst().head();
        assertThat(copy.target()).isEqualTo("/mirrored/k?versionId=1");
        assertThat(copy.field("host")).isEqualTo(original.field("host"));
        assertThat(copy.field("authorization")).contains("AWS a:b");
        assertThat(copy.field("range")).contains("bytes=0-1");
    }

    @Test
    void nothingElseIsCopied() throws IOException {
        for (var request : new String[] {
            "PUT /mirrored/k",
            "DELETE /mirrored/k",
            "GET /mirrored?list-type=2",
            "GET /mirrored/k?acl",
            "POST /mirrored/k?uploads"
        }) {
            try (var client = RawClient.to(gateway.port(0))) {
                var words = request.split(" ");
                client.request(words[0], words[1], "Content-Length: 0").answer();
            }
        }
        RawClient.status(gateway.port(0), "/mirrored/last");
        await().until(() -> !candidate.exchanges().isEmpty());
        assertThat(candidate.exchanges())
                .extracting(exchange -> exchange.head().target())
                .containsExactly("/mirrored/last");
        assertThat(node.exchanges()).hasSize(6);
    }

    @Test
    void aShareOfReadsIsCopied() throws IOException {
        mirror(20);
        for (int i = 0; i < 400; i++) {
            assertThat(RawClient.status(gateway.port(0), "/mirrored/k")).isEqualTo(200);
        }
        // 80 of 400 on average; so far away one run in a billion is.
        assertThat(candidate.exchanges()).hasSizeBetween(30, 130);
    }

    @Test
    void aCandidateThatHangsDelaysNoClientAndGetsABoundedNumberOfCopies() throws IOException {
        var end = new CountDownLatch(1);
        candidate.script(exchange -> {
            end.await();
            exchange.answer("200 OK", "ok");
        });
        for (int i = 0; i < 3 * MIRRORED; i++) {
            assertThat(RawClient.status(gateway.port(0), "/mirrored/k")).isEqualTo(200);
        }
        await().untilAsserted(() -> assertThat(candidate.exchanges()).hasSize(MIRRORED));
        await().during(Duration.ofMillis(300)).until(() -> candidate.exchanges().size() == MIRRORED);
        end.countDown();
        candidate.script(ScriptedNode.OK);
        await().until(() -> {
            RawClient.status(gateway.port(0), "/mirrored/later");
            return !candidate.exchanges("/mirrored/later").isEmpty();
        });
    }

    @Test
    void aCandidateThatIsDownIsNoticedByNobody() throws IOException {
        candidate.close();
        for (int i = 0; i < 50; i++) {
            assertThat(RawClient.status(gateway.port(0), "/mirrored/k")).isEqualTo(200);
        }
    }

    /** The copy's body is discarded as it comes. */
    @Test
    void aLargeCopyTakesNoMemory() throws IOException {
        var piece = new byte[1 << 20];
        var sent = new CountDownLatch(1);
        candidate.script(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
            for (int i = 0; i < LARGE; i += piece.length) {
                exchange.write(piece);
            }
            sent.countDown();
        });
        assertThat(RawClient.status(gateway.port(0), "/mirrored/k")).isEqualTo(200);
        await().atMost(Duration.ofSeconds(60)).until(() -> sent.getCount() == 0);
        assertThat(ProcessMemory.peakBytes(gateway.pids().getFirst())).isLessThan(LARGE);
    }

    private void mirror(int percent) {
        gateway.policy("mirror", Manifests.policy("mirror", """
                - name: mirrored
                  matches: [{buckets: [mirrored]}]
                  pools: [{name: primary-only}]
                  mirror: {pool: {name: candidate-only}, percent: %d}
                """.formatted(percent)));
    }
}
