package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.e2e.rig.StandaloneGateway;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Rules with client networks mean the same wherever Envoy asks them: for a request's own address, for the source of a copy, and
 * for the second reading of a host. Clients come from 127.0.0.1.
 */
@Tag("tier3")
class SourceNetworksTest {
    private static final List<String> EVERYONE =
            List.of("0.0.0.0/0, \"::/0\"", "127.0.0.0/8", "10.0.0.0/8, 127.0.0.1/32", "\"::ffff:127.0.0.0/104\"");
    private static final String OTHERS = "10.0.0.0/8, \"::/0\"";

    private static ScriptedNode node;
    private static StandaloneGateway gateway;

    @BeforeAll
    static void start() {
        node = ScriptedNode.start();
        gateway = StandaloneGateway.start(1, port -> Manifests.dataPathOf(port, "s3.test", node.port()));
    }

    @AfterAll
    static void close() {
        gateway.close();
        node.close();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, h, /sn-hidden/k, ''",
        "PUT, h, /other/k, x-amz-copy-source: /sn-hidden/k",
        "PUT, h, /other/k?partNumber=1&uploadId=u, x-amz-copy-source: sn-hidden/k",
        "PUT, h, /other/k?renameObject, x-amz-rename-source: /sn-hidden/k",
        "GET, own.S3.test, /sn-hidden/k, ''",
        "GET, own.s3.test., /sn-hidden/k, ''",
        "PUT, own.s3.test, /k, x-amz-copy-source: /sn-hidden/k",
    })
    void aDenyForNetworksHoldsForTheirClientsOnly(String method, String host, String target, String header)
            throws IOException {
        for (var networks : EVERYONE) {
            deny(networks);
            assertThat(status(method, host, target, header)).as(networks).isEqualTo(403);
        }
        deny(OTHERS);
        assertThat(status(method, host, target, header)).as(OTHERS).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, h, /sn-mine/k, ''",
        "PUT, h, /sn-mine/k, x-amz-copy-source: /sn-mine/other",
        "PUT, h, /sn-mine/k?renameObject, x-amz-rename-source: /sn-mine/other",
        "GET, sn-mine.S3.test, /sn-mine/k, ''",
        "GET, sn-mine.s3.test., /k, ''",
    })
    void anAllowListOfNetworksServesTheirClientsOnly(String method, String host, String target, String header)
            throws IOException {
        for (var networks : EVERYONE) {
            allow(networks);
            assertThat(status(method, host, target, header)).as(networks).isEqualTo(200);
        }
        allow(OTHERS);
        assertThat(status(method, host, target, header)).as(OTHERS).isEqualTo(403);
    }

    private static void deny(String networks) {
        gateway.policy("networks", Manifests.policy("networks", """
                - name: hidden
                  matches: [{buckets: [sn-hidden], sourceCIDRs: [%s]}]
                  deny: {}
                """.formatted(networks)));
    }

    private static void allow(String networks) {
        gateway.policy("networks", Manifests.policy("networks", """
                - name: inside
                  matches: [{sourceCIDRs: [%s]}]
                  pools: [{name: store}]
                - name: rest
                  deny: {}
                """.formatted(networks)));
    }

    private static int status(String method, String host, String target, String header) throws IOException {
        try (var client = RawClient.to(gateway.port(0))) {
            var lines = Stream.of(method + " " + target + " HTTP/1.1", "Host: " + host, header, "Content-Length: 0")
                    .filter(line -> !line.isEmpty())
                    .toList();
            return client.send(String.join("\r\n", lines) + "\r\n\r\n")
                    .answerTo(method)
                    .status();
        }
    }
}
