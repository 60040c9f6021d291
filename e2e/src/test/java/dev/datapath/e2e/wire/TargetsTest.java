package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients sign the request target; a gateway that changes one byte of it breaks the signature. */
@Rig.Test
class TargetsTest {
    private final ScriptedNode node = ScriptedNode.start();

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void every_target_reaches_the_node_byte_for_byte(Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        var targets = List.of(
                        "/%s",
                        "/%s/",
                        "/%s?",
                        "/%s?location",
                        "/%s/?list-type=2&prefix=a%%2F&empty&x=",
                        "/%s/k??",
                        "/%s//lead",
                        "/%s/a//b",
                        "/%s/a/../b",
                        "/%s/a/./b",
                        "/%s/a/b/../../c",
                        "/%s/.",
                        "/%s/./",
                        "/%s/a/..",
                        "/%s/trailing/",
                        "/%s/;v=1",
                        "/%s/sp%%20ace",
                        "/%s/a+b=&c",
                        "/%s/a%%2Fb//c/./d/../e%%20f+g~(x)!*'?list-type=2&prefix=a%%2F&empty&x=",
                        "/%s/%%2F",
                        "/%s/%%2f",
                        "/%s/%%61",
                        "/%s/%%252F",
                        "/%s/a/%%2e%%2e",
                        "/%s/%%E2%%98%%83",
                        "/%s/%%e2%%98%%83",
                        "/%s/%%ff%%fe%%00",
                        "/%s/%%3F%%23",
                        "/%s/'()*!~@:;,$",
                        "/%s/\"<>^`{|}\\",
                        "/%s/[x]",
                        "/%s/k?X-Amz-Signature=0123&X-Amz-Credential=A%%2F20261101%%2Fus-east-1%%2Fs3%%2Faws4_request",
                        "/%s/k?partNumber=1&uploadId=a%%2Bb/c==",
                        "/%s/upload?uploadId=upload%%49d")
                .stream()
                .map(target -> target.formatted(bucket))
                .toList();

        try (var client = rig.connect()) {
            for (var target : targets) {
                assertThat(client.request("GET", target).answer().status())
                        .as(target)
                        .isEqualTo(200);
            }
        }

        assertThat(node.exchanges()).extracting(e -> e.head().target()).containsExactlyElementsOf(targets);
    }

    @Test
    void a_query_of_60_kib_reaches_the_node(Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        var target = "/" + bucket + "/k?x=" + "0123456789abcdef".repeat(60 * 64);

        try (var client = rig.connect()) {
            assertThat(client.request("GET", target).answer().status()).isEqualTo(200);
        }

        assertThat(node.last().head().target()).isEqualTo(target);
    }

    @Test
    void a_long_prefix_of_another_bucket_does_not_catch_a_bucket(Rig rig) throws IOException {
        var bucket = rig.bucket(node);

        try (var client = rig.connect()) {
            var answer = client.request("GET", "/" + bucket + "0/k").answer();
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text()).contains("<Code>NoSuchBucket</Code>");
        }
        assertThat(node.exchanges()).isEmpty();
    }
}
