package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Stores read a host below the base domain in more than one way: some compare the domain literally and read the bucket from the
 * path of any other host (gorilla/mux in MinIO and SeaweedFS), VersityGW cuts at the first place where the domain stands. A deny
 * holds in every reading. The base domain is s3.test.
 */
@Rig.Test
class HostReadingsTest {
    private static ScriptedNode node;

    @BeforeAll
    static void policies(Rig rig) {
        node = ScriptedNode.start();
        var pool = rig.bucket(node);
        rig.gateway().policy("host-readings", Manifests.policy("host-readings", """
                - name: hr-secret
                  matches:
                  - {buckets: [hr-secret]}
                  - {buckets: [hr-half], keyPrefix: private/}
                  - {buckets: [hr-archive], operations: [Writes, Deletes]}
                  - {buckets: [hr-kept], operations: [DeleteBucket]}
                  - {buckets: [minio]}
                  deny: {code: AccessDenied}
                - name: hr-open
                  matches: [{buckets: [hr-open, hr-half, hr-archive, hr-kept, hr-mine]}]
                  pools: [{name: %1$s}]
                - name: health
                  matches: [{buckets: [minio], keyPrefix: health/}]
                  pools: [{name: %1$s}]
                - name: hr-all
                  matches: [{buckets: ["hr-m*"]}]
                  deny: {code: AccessDenied}
                """.formatted(pool)));
    }

    @AfterAll
    static void close() {
        node.close();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, hr-open.s3.test., /hr-secret/k",
        "PUT, hr-open.s3.test., /hr-secret/k",
        "DELETE, hr-open.s3.test.:8080, /hr-secret/k",
        "GET, hr-open.s3.test., /hr-secret",
        "GET, hr-open.S3.TEST, /hr-secret?list-type=2",
        "GET, hr-open.s3.TEST:80, /hr-secret/k",
        "GET, hr-open.S3.TEST, /hr-half/private/x",
        "GET, hr-open.s3.test., /hr-half//private/x",
        "GET, hr-open.s3.test., /hr-half/%70rivate/x",
        "DELETE, hr-open.s3.test., /hr-kept",
        "DELETE, hr-open.S3.Test, /hr-archive/k",
        "PUT, hr-open.S3.Test, /hr-archive/k",
        "GET, hr-open.s3.test., /hr-more/k",
    })
    void aDenyOfTheBucketInThePathHoldsForAHostThatIsNotSpelledAsTheDomain(
            String method, String host, String target, Rig rig) throws IOException {
        assertThat(status(rig, method, host, target)).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, hr-open.s3.test., /hr-%73ecret/k",
        "GET, hr-open.s3.test., /x/../hr-secret/k",
        "GET, hr-open.s3.test., /x/%2e%2e/hr-secret/k",
        "GET, hr-open.s3.test., /x\\..\\hr-secret/k",
        "GET, hr-open.s3.test., //hr-secret/k",
    })
    void spellingsThatHideTheBucketInThePathAreRefusedForSuchAHost(String method, String host, String target, Rig rig)
            throws IOException {
        assertThat(status(rig, method, host, target)).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, hr-open.S3.Test, /k",
        "GET, hr-open.S3.TEST.:80, /dir/k",
        "PUT, hr-open.s3.test., /k",
        "GET, hr-open.s3.test., /",
        "GET, hr-open.s3.test., /a%20b/x%2Fy",
        "GET, hr-half.S3.Test, /public/x",
        "GET, hr-open.S3.Test, /hr-archive/k",
        "GET, hr-open.S3.Test, /hr-mine/k",
        "DELETE, hr-open.s3.test., /hr-kept/k",
        "GET, hr-open.s3.test, /hr-secret/k",
        "GET, hr-open.s3.test:8080, /hr-secret/k",
        "GET, hr-open.s3.test:, /k",
        "GET, gw.test:, /hr-open/k",
        "GET, s3.test, /hr-open/k",
        "GET, s3.test.example.com, /hr-open/k",
    })
    void aHostIsServedWhenNoReadingOfItIsDenied(String method, String host, String target, Rig rig) throws IOException {
        assertThat(status(rig, method, host, target)).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hr-secret.s3.test.evil.com",
                "hr-secret.s3.testing",
                "hr-secret.s3.test-x",
                "hr-secret.s3.test.s3.test",
                "hr-secret.s3.test.s3.test.",
                "hr-secret.s3.test.s3.test:80",
                "hr-secret.S3.TEST.evil",
                "hr-secret.s3.test_",
                "hr-secret.s3.test.x.s3.test",
                "hr-secret.s3.test.."
            })
    void aHostThatHoldsTheDomainElsewhereIsRefused(String host, Rig rig) throws IOException {
        for (var target : List.of("/k", "/hr-open/k")) {
            try (var client = rig.connect()) {
                client.send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
                assertThat(S3Error.assertThatIs(client.answerTo("GET"), 400)).isEqualTo("InvalidRequest");
            }
        }
    }

    /** MinIO has APIs of its own below this path, whatever the host (cmd/routers.go). */
    @ParameterizedTest
    @CsvSource({
        "GET, /minio/admin/v3/list-users, 403",
        "PUT, /minio/admin/v3/add-user?accessKey=a, 403",
        "GET, /minio/metrics/v3, 403",
        "GET, /minio/v2/metrics/cluster, 403",
        "GET, /minio//admin/v3/list-users, 403",
        "GET, /%6dinio/admin/v3/list-users, 400",
        "GET, //minio/admin/v3/list-users, 400",
        "GET, /x/../minio/admin/v3/list-users, 400",
        "GET, /./minio%2fadmin/v3/list-users, 400",
        "GET, /minio%2Fadmin/v3/list-users, 400",
        "GET, /minio/health/live, 200",
        "GET, /minio, 200",
        "GET, /minio-2/admin, 200",
        "GET, /x/minio/admin, 200",
        "GET, /Minio/admin, 200",
        "GET, /?prefix=minio/admin, 200",
    })
    void theOwnApisOfAStoreAreDeniedAtAVirtualHostToo(String method, String target, int status, Rig rig)
            throws IOException {
        assertThat(status(rig, method, "hr-open.s3.test", target)).isEqualTo(status);
    }

    private static int status(Rig rig, String method, String host, String target) throws IOException {
        try (var client = rig.connect()) {
            client.send(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n\r\n");
            return client.answerTo(method).status();
        }
    }
}
