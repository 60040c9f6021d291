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

/**
 * A host name of path style that lies below a base domain. A store that knows the domain may read the bucket from it, another one
 * reads the path: a deny holds in both readings.
 */
@Tag("tier3")
class HostnamesTest {
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
                                "baseDomains: [s3.test, eur.s3.test],"
                                        + " hostnames: [gw.s3.test, secret.s3.test, half.s3.test, vault.s3.test.internal, 127.0.0.1]"));
        gateway.route(Routing.to("open", node.port()));
        var pool = Routing.to("open", node.port()).name();
        gateway.policy("hostnames", Manifests.policy("hostnames", """
                - name: secret
                  matches:
                  - {buckets: [secret, vault, eur]}
                  - {buckets: [half], keyPrefix: private/}
                  - {buckets: [half], operations: [Deletes]}
                  deny: {code: AccessDenied}
                - name: half
                  matches: [{buckets: [half]}]
                  pools: [{name: %s}]
                """.formatted(pool)));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        node.close();
    }

    @ParameterizedTest
    @CsvSource({
        // The path names the bucket.
        "GET, gw.s3.test, /open/k, 200",
        "GET, gw.s3.test, /half/k, 200",
        "GET, gw.s3.test:8080, /open/k, 200",
        "GET, GW.S3.Test., /open/k, 200",
        "GET, gw.s3.test, /secret/k, 403",
        "PUT, gw.s3.test, /secret/k, 403",
        "GET, GW.S3.Test.:80, /secret/k, 403",
        "GET, gw.s3.test, /half/private/k, 403",
        "DELETE, gw.s3.test, /half/k, 403",
        // So may the host.
        "GET, secret.s3.test, /open/k, 403",
        "GET, secret.S3.test.:80, /open/k, 403",
        "GET, vault.s3.test.internal, /open/k, 403",
        "GET, eur.s3.test, /open/k, 403",
        "GET, half.s3.test, /open/k, 200",
        "GET, half.s3.test, /private/k, 403",
        "GET, half.s3.test, /%70rivate/k, 400",
        "GET, half.s3.test, //private/k, 400",
        "GET, half.s3.test, /open/../private/k, 400",
        "DELETE, half.s3.test, /open/k, 403",
        "PUT, half.s3.test, /open/k, 200",
        // Other hosts.
        "GET, open.s3.test, /secret/k, 200",
        "GET, open.eur.s3.test, /secret/k, 200",
        "GET, x.secret.s3.test, /k, 404",
        "GET, secret.eur.s3.test, /k, 403",
        "GET, s3.test, /open/k, 200",
        "GET, s3.test, /secret/k, 403",
        "GET, 127.0.0.1, /open/k, 200",
        "GET, gw.example.com, /open/k, 400",
    })
    void aNameBelowABaseDomainIsPathStyleAndDeniedInBothReadings(String method, String host, String target, int status)
            throws IOException {
        try (var client = RawClient.to(gateway.port(0))) {
            client.send(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.answerTo(method).status()).isEqualTo(status);
        }
    }
}
