package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** With ConsistentHash an object is on one node, however a client addresses it. */
@Rig.Test
class ConsistentHashTest {

    @Test
    void anObjectHasOneNodeByPathByHostAndByHostWithPort(Rig rig) throws IOException {
        var nodes = Stream.generate(ScriptedNode::start).limit(4).toList();
        try {
            var list = new StringBuilder();
            nodes.forEach(node -> list.append(
                    "    - {name: n%d, address: 127.0.0.1, port: %d}\n".formatted(node.port(), node.port())));
            rig.gateway().policy("hashed", """
                    apiVersion: datapath.dev/v1alpha1
                    kind: StoragePool
                    metadata: {name: hashed, namespace: %s}
                    spec:
                      provider: Generic
                      loadBalancing: {policy: ConsistentHash}
                      nodes:
                        static:
                    %s---
                    %s""".formatted(Manifests.NAMESPACE, list, Manifests.policy("hashed", """
                            - name: hashed
                              matches: [{buckets: [hashed]}]
                              pools: [{name: hashed}]
                            """)));
            var used = new HashSet<Integer>();
            for (int i = 0; i < 24; i++) {
                var key = "dir/key-" + i;
                var node = served(rig, nodes, "/hashed/" + key, "127.0.0.1");
                used.add(node);
                for (var host : List.of("hashed.s3.test", "hashed.s3.test:8080", "hashed.S3.Test", "hashed.s3.test.")) {
                    assertThat(served(rig, nodes, "/" + key + "?versionId=1", host))
                            .as("%s by %s", key, host)
                            .isEqualTo(node);
                }
            }
            assertThat(used).as("nodes in use").hasSizeGreaterThan(1);
        } finally {
            nodes.forEach(ScriptedNode::close);
        }
    }

    private static int served(Rig rig, List<ScriptedNode> nodes, String target, String host) throws IOException {
        var before = nodes.stream().map(node -> node.exchanges().size()).toList();
        try (var client = rig.connect()) {
            client.send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            assertThat(client.answerTo("GET").status()).isEqualTo(200);
        }
        for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i).exchanges().size() > before.get(i)) {
                return i;
            }
        }
        throw new AssertionError("no node was asked for " + target);
    }
}
