package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.Routing;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.e2e.rig.StandaloneGateway;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A listener whose base domains lie within each other: the longest one that a host ends with decides. */
@Tag("tier3")
class NestedDomainsTest {
    private static StandaloneGateway gateway;
    private static ScriptedNode node;

    @BeforeAll
    static void start() {
        node = ScriptedNode.start();
        gateway = StandaloneGateway.start(
                1,
                port -> Manifests.dataPath(port)
                        .replace(
                                "baseDomains: [s3.test]",
                                "baseDomains: [s3.test, eu.S3.test, s3.test.example.com, eu.s3.test.internal, S3.TEST]"));
        gateway.route(Routing.to("open", node.port()));
        gateway.policy("secret", Manifests.policy("secret", """
                - name: secret
                  matches: [{buckets: [secret, eu.secret]}]
                  deny: {code: AccessDenied}
                """));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        node.close();
    }

    @ParameterizedTest
    @CsvSource({
        "secret.s3.test, /k, 403",
        "secret.eu.s3.test, /k, 403",
        "secret.EU.s3.test.:80, /k, 403",
        "secret.s3.test.example.com, /k, 403",
        "eu.secret.s3.test, /k, 403",
        "open.s3.test, /k, 200",
        "open.eu.s3.test, /k, 200",
        "open.eu.S3.Test, /k, 200",
        "open.s3.test.example.com, /k, 200",
        "s3.test, /open/k, 200",
        "eu.s3.test, /open/k, 200",
        "eu.s3.test., /secret/k, 403",
        "EU.S3.Test:80, /secret/k, 403",
        "s3.test.example.com, /open/k, 200",
        "open.eu.s3.test.internal, /k, 200",
        "eu.s3.test.internal, /open/k, 200",
        "EU.s3.test.internal.:80, /open/k, 200",
        "secret.eu.s3.test.internal, /k, 403",
        "secret.s3.test.eu.s3.test.internal, /k, 400",
        "secret.s3.test.internal, /k, 400",
        "secret.s3.test.s3.test.example.com, /k, 400",
        "secret.s3.test.x.s3.test.example.com, /k, 400",
        "secret.s3.test.example.com.s3.test, /k, 400",
        "secret.s3.test.example, /k, 400",
        "secret.eu.s3.test.eu.s3.test, /k, 400",
    })
    void theLongestDomainDecides(String host, String target, int status) throws IOException {
        try (var client = RawClient.to(gateway.port(0))) {
            client.send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            assertThat(client.answerTo("GET").status()).isEqualTo(status);
        }
    }
}
