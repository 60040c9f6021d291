package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A read whose first byte comes too late is asked of one other node, and of no node twice. */
@Rig.Test
class LateFirstByteTest {
    private static final Duration LIMIT = Duration.ofMillis(500);

    private List<ScriptedNode> nodes = List.of();

    @AfterEach
    void close() {
        nodes.forEach(ScriptedNode::close);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /%s/k", "HEAD /%s/k", "GET /%s?list-type=2", "HEAD /%s"})
    void aLateReadIsAskedOfOneOtherNodeOnce(String request, Rig rig) throws IOException {
        var bucket = silentNodes(rig, 4);
        assertThat(status(rig, request.formatted(bucket))).isEqualTo(504);
        assertThat(nodes.stream().map(node -> node.exchanges().size()).sorted())
                .as("times that each node was asked")
                .containsExactly(0, 0, 1, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /%s/k", "HEAD /%s/k", "GET /%s?list-type=2", "PUT /%s/k", "POST /%s/k?uploadId=u"})
    void theOnlyNodeOfAPoolIsNotAskedTwice(String request, Rig rig) throws IOException {
        var bucket = silentNodes(rig, 1);
        // Completing an upload takes as long as it takes.
        if (!request.startsWith("POST")) {
            assertThat(status(rig, request.formatted(bucket))).isEqualTo(504);
        } else {
            nodes.getFirst()
                    .script(exchange -> exchange.pause(LIMIT.multipliedBy(3)).answer("200 OK", ""));
            assertThat(status(rig, request.formatted(bucket))).isEqualTo(200);
        }
        assertThat(nodes.getFirst().exchanges()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"502 Bad Gateway", "504 Gateway Time-out"})
    void theOnlyNodeOfAPoolIsAskedAgainAfterItFailedAtOnce(String status, Rig rig) throws IOException {
        var bucket = silentNodes(rig, 1);
        nodes.getFirst().script(exchange -> {
            nodes.getFirst().script(ScriptedNode.OK);
            exchange.answer(status, "");
        });
        assertThat(status(rig, "GET /" + bucket + "/k")).isEqualTo(200);
    }

    private String silentNodes(Rig rig, int count) {
        nodes = IntStream.range(0, count)
                .mapToObj(i -> ScriptedNode.start(exchange -> exchange.peerGoneWithin(Duration.ofSeconds(20))))
                .toList();
        return rig.bucket(routing -> routing.firstByte(LIMIT), nodes.toArray(ScriptedNode[]::new));
    }

    private static int status(Rig rig, String request) throws IOException {
        var words = request.split(" ");
        var headers = Stream.of("Content-Length: 0")
                .filter(line -> !Arrays.asList("GET", "HEAD").contains(words[0]));
        try (var client = rig.connect()) {
            return client.request(words[0], words[1], headers.toArray(String[]::new))
                    .answer()
                    .status();
        }
    }
}
