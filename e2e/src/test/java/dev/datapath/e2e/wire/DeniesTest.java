package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real Envoy denies whatever some store would execute as a denied action, and passes what clients send otherwise. What no
 * rule takes finds no pool: 404.
 */
@Rig.Test
class DeniesTest {

    @ParameterizedTest
    @CsvSource({
        "POST, /read-only/x?delete=, ''",
        "POST, /read-only/x, Content-Type: multipart/form-data; boundary=x",
        "POST, /read-only/x, ''",
        "PUT, /read-only/k?partNumber=1, ''",
        "PUT, /read-only/k?partNumber=x&uploadId=u, ''",
        "PUT, /read-only/k?renameObject, x-amz-rename-source: /read-only/other",
        "PATCH, /read-only/k, ''",
        "POST, /read-only/k?select&delete, ''",
        "POST, /read-only?x;delete, ''",
        "DELETE, /read-only/k?acl, ''",
        "DELETE, /read-only/k?uploadId=, ''",
        "PUT, /read-only/k, x-amz-copy-source:",
        "PUT, /read-only/k, x-amz-copy-source: k",
        "PUT, /read-only/k?retention, x-amz-copy-source: /other/k",
        "PUT, /read-only, x-amz-copy-source: /other/k",
        "DELETE, /read-only?inventory&id=1&acl, ''",
    })
    void whatMayChangeTheStoreIsDeniedToReadOnlyClients(String method, String target, String header, Rig rig)
            throws IOException {
        rig.gateway().policy("read-only", Manifests.policy("read-only", """
                - name: read-only
                  matches: [{buckets: [read-only], operations: [Writes, Deletes, Multipart]}]
                  deny: {code: AccessDenied}
                """));
        assertThat(status(rig, method, target, header)).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /read-only/k",
        "GET, /read-only/k?acl",
        "GET, /read-only/k?response-content-type=text/plain&versionId=1",
        "GET, /read-only?list-type=2&prefix=a%2F&delimiter=%2F",
        "HEAD, /read-only/k",
    })
    void readsPassByARuleForReadOnlyClients(String method, String target, Rig rig) throws IOException {
        whatMayChangeTheStoreIsDeniedToReadOnlyClients("PUT", "/read-only/k", "", rig);
        assertThat(status(rig, method, target, "")).isEqualTo(404);
    }

    @Test
    void aRuleThatAllowsReadsOnlyTakesExactlyReads(Rig rig) throws IOException {
        try (var node = ScriptedNode.start()) {
            var pool = rig.bucket(node);
            rig.gateway().policy("no-writes", Manifests.policy("no-writes", """
                    - name: reads
                      matches: [{buckets: [no-writes], operations: [Reads]}]
                      pools: [{name: %s}]
                    - name: rest
                      matches: [{buckets: [no-writes]}]
                      deny: {code: AccessDenied}
                    """.formatted(pool)));
            assertThat(status(rig, "GET", "/no-writes/k?torrent", "")).isEqualTo(200);
            assertThat(status(rig, "POST", "/no-writes/k?select&select-type=2", ""))
                    .isEqualTo(200);
            for (var query :
                    List.of("select&select-type=2&delete", "select&delete", "select&select-type=1", "select")) {
                assertThat(status(rig, "POST", "/no-writes/k?" + query, ""))
                        .as(query)
                        .isEqualTo(403);
            }
        }
    }

    /** SeaweedFS and S3Proxy take what the body says for the keys, and list the bucket whatever the path. */
    @ParameterizedTest
    @CsvSource({
        "POST, /data/k?delete, '', 403",
        "POST, /data/k?x=1&delete=, '', 403",
        "POST, /data/k?uploadId=u&delete, '', 403",
        "POST, /data/k, Content-Type: multipart/form-data; boundary=x, 403",
        "POST, /data/k?uploads, Content-Type: Multipart/Form-Data; boundary=\u00ff, 403",
        "GET, /data/k?versions, '', 403",
        "GET, /data/?uploads=, '', 403",
        "GET, /data/k?x&versions&prefix=other, '', 403",
        "POST, /data/k?uploads, Content-Type: text/plain, 200",
        "POST, /data/k?uploadId=u, '', 200",
        "GET, /data/k?versionId=1, '', 200",
        "GET, /data/k?uploadId=u, '', 200",
        "PUT, /data/k, Content-Type: multipart/form-data; boundary=x, 200",
        "DELETE, /data/delete, '', 200",
        "POST, ?delete, '', 403",
        "GET, /k?versions, '', 403",
    })
    void aRuleForAPrefixDoesNotForwardWhatIsAboutOtherKeys(
            String method, String path, String header, int status, Rig rig) throws IOException {
        try (var node = ScriptedNode.start()) {
            var pool = rig.bucket(node);
            var plain = rig.bucketName("part");
            rig.gateway().policy("part", Manifests.policy("part", """
                    - name: part
                      matches: [{buckets: [%1$s], keyPrefix: data/}]
                      pools: [{name: %2$s}]
                    - name: rest
                      matches: [{buckets: [%1$s]}]
                      deny: {code: AccessDenied}
                    """.formatted(plain, pool)));
            assertThat(status(rig, method, "/" + plain + path, header)).isEqualTo(status);
        }
    }

    /** minio-go and others end the path of a bucket with a slash; by host there is nothing else. */
    @ParameterizedTest
    @CsvSource({
        "GET, /?list-type=2&prefix=a%2F, 200",
        "GET, /?location=, 200",
        "GET, /, 200",
        "HEAD, /, 200",
        "GET, //, 400",
        "GET, /%2F, 400",
        "GET, //?list-type=2, 400",
        "GET, /x/..?list-type=2, 400",
    })
    void aRuleThatAllowsReadsOnlyTakesTheBucketWithASlash(String method, String path, int status, Rig rig)
            throws IOException {
        try (var node = ScriptedNode.start()) {
            var pool = rig.bucket(node);
            rig.gateway().policy("slash", Manifests.policy("slash", """
                    - name: reads
                      matches: [{buckets: [slash], operations: [Reads, Lists]}]
                      pools: [{name: %s}]
                    - name: rest
                      matches: [{buckets: [slash]}]
                      deny: {code: AccessDenied}
                    """.formatted(pool)));
            assertThat(status(rig, method, "/slash" + path, "")).isEqualTo(status);
            try (var client = rig.connect()) {
                client.send(method + " " + path + " HTTP/1.1\r\nHost: slash.s3.test\r\n\r\n");
                assertThat(client.answerTo(method).status()).as("by host").isEqualTo(status);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /no-get/k?torrent, 403",
        "GET, /no-get/k?attributes, 403",
        "GET, /no-get/k?policy, 403",
        "HEAD, /no-get/k?acl, 403",
        "GET, /no-get/k?acl, 404",
        "GET, /no-get/k?uploadId=u, 404",
        "GET, /no-get?list-type=2, 404",
        "PUT, /no-get/k, 404"
    })
    void whatReadsAnObjectIsDeniedWithGetAndHead(String method, String target, int status, Rig rig) throws IOException {
        rig.gateway().policy("no-get", Manifests.policy("no-get", """
                - name: no-get
                  matches: [{buckets: [no-get], operations: [GetObject, HeadObject]}]
                  deny: {code: AccessDenied}
                """));
        assertThat(status(rig, method, target, "")).isEqualTo(status);
    }

    private static void secrets(Rig rig) {
        rig.gateway().policy("secrets", Manifests.policy("secrets", """
                - name: secrets
                  matches:
                  - {buckets: [top-secret]}
                  - {buckets: [half-secret], keyPrefix: private/}
                  deny: {code: AccessDenied}
                """));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/top-secret/k",
                "top-secret/k",
                "top-secret%2Fk",
                "%2ftop-secret%2fk",
                "/top-secret/k?versionId=null",
                "/half-secret/private/k",
                "/half-secret//private//k",
                "half-secret/%70rivate/k",
                "half-secret%2Fprivate%2Fk",
                "//top-secret/k",
                "/to%70-secret/k",
                "/open/../top-secret/k",
                "http://host/top-secret/k",
                "/:top-secret/k",
                "/open/k,/top-secret/k",
                "/half-secret/./private/k",
                "/half-secret/private%5Ck",
                "/half-secret\\private/k"
            })
    void aCopyDoesNotReadWhatIsDenied(String source, Rig rig) throws IOException {
        secrets(rig);
        for (var target : List.of("/open/x", "/open/x?partNumber=1&uploadId=u")) {
            assertThat(status(rig, "PUT", target, "x-amz-copy-source: " + source))
                    .isIn(400, 403);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/open/k",
                "open%2Fk",
                "/top-secret-2/k",
                "/half-secret/public/k",
                "half-secret/privates/k",
                "/open/a b,c/top-secret/k",
                "/open/top-secret/k",
                "/open/a%5Cb",
                "/open/./private/k",
                "/half-secret/public%5Cprivate/k"
            })
    void aCopyOfSomethingElsePasses(String source, Rig rig) throws IOException {
        secrets(rig);
        assertThat(status(rig, "PUT", "/open/x", "x-amz-copy-source: " + source))
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "/half-secret/./private/x, 400",
        "/half-secret/a/../private/x, 400",
        "/half-secret/%2e%2E/half-secret/private/x, 400",
        "/half-secret/private%5cx, 403",
        "/half-secret/private\\x, 403",
        "/half-secret/%70rivate%5C%5Cx, 403",
        "/half-secret/x%5c..%5cprivate%5cx, 400",
        "/half-secret/a%5cprivate%5cx, 404",
        "/half-secret/dir\\x, 404",
        "/open/../top-secret/x, 400",
        "/open/..%2ftop-secret/x, 400",
        "/open/a/../../top-secret/x, 400",
        "/open/..\\top-secret\\x, 400",
        "/:top-secret/x, 400",
        "/tenant:top-secret/x, 400",
        "/./top-secret/x, 400",
        "/open/./a, 404",
        "/open/a/../b, 404",
        "/open/../up, 400",
        "/open/a/b/../../c, 404",
        "/open/a\\b, 404",
        "/half-secret/a..b/x, 404",
        "/half-secret/.hidden/...x, 404"
    })
    void aPathThatAStoreResolvesDoesNotLeadAroundADeny(String target, int status, Rig rig) throws IOException {
        secrets(rig);
        assertThat(status(rig, "GET", target, "")).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /..",
        "GET, /%2e%2e",
        "GET, /%2E./",
        "GET, /../",
        "GET, /./..",
        "GET, /x/../..",
        "GET, /x/../../other/k",
        "GET, /x/..%2f..",
        "GET, /..%5cother%5ck",
        "GET, /..\\",
        "GET, /a/../b/../../c",
        "POST, /..?Action=CreateUser",
        "PUT, /..?acl",
    })
    void aPathThatLeadsOutOfItsBucketIsRefused(String method, String path, Rig rig) throws IOException {
        try (var node = ScriptedNode.start()) {
            var bucket = rig.bucket(node);
            assertThat(status(rig, method, "/" + bucket + path, "")).isEqualTo(400);
            assertThat(node.exchanges()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a/..", "/a/b/../../c", "/a/../b/../c", "/..a/...", "/a/.", "/a%2Fb/..", "/x..y/%2e/z"})
    void aPathThatStaysInItsBucketIsServed(String path, Rig rig) throws IOException {
        try (var node = ScriptedNode.start()) {
            var bucket = rig.bucket(node);
            assertThat(status(rig, "GET", "/" + bucket + path, "")).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "top-secret.s3.test, 403",
        "top-secret.s3.test:8080, 403",
        "top-secret.s3.test., 403",
        "top-secret.s3.test.:8080, 403",
        "top-secret.S3.Test, 403",
        "open.S3.Test, 404",
        "open.S3.TEST.:80, 404",
        "Top-Secret.s3.test, 400",
        "top-secret.s3.test:80:80, 400",
        "top-secret.s3.test:99999, 400",
        "top-secret.s3.test:, 403",
        "top-secret.s3.test:http, 400",
        "top-secret.s3.test.., 400",
        "x@top-secret.s3.test, 400",
        "'top-secret.s3.test,open.s3.test', 400",
        "[::1]:9000, 404",
        "10.0.0.1:9000, 404",
        "My-Gateway_1.example.com, 404"
    })
    void aHostIsReadAsServersBehindTheGatewayReadIt(String host, int status, Rig rig) throws IOException {
        secrets(rig);
        try (var client = rig.connect()) {
            client.send("GET /k HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            assertThat(client.answerTo("GET").status()).isEqualTo(status);
        }
    }

    @Test
    void twoHostLinesAreRefusedWhateverTheRules(Rig rig) throws IOException {
        try (var client = rig.connect()) {
            client.send("GET /k HTTP/1.1\r\nHost: a.s3.test\r\nHost: b.s3.test\r\n\r\n");
            var answer = client.answerTo("GET");
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text()).contains("<Code>InvalidRequest</Code>");
        }
    }

    @Test
    void aQueryThatBeginsWithAQuestionMarkIsRefusedWhereItNamesAnAction(Rig rig) throws IOException {
        whatMayChangeTheStoreIsDeniedToReadOnlyClients("PUT", "/read-only/k", "", rig);
        assertThat(status(rig, "PUT", "/read-only/k??acl", "")).isEqualTo(400);
        assertThat(status(rig, "GET", "/read-only/k??", "")).isEqualTo(404);
    }

    @Test
    void aPreflightGoesWhereTheAnnouncedRequestGoes(Rig rig) throws IOException {
        rig.gateway().policy("preflight", Manifests.policy("preflight", """
                - name: reads
                  matches: [{buckets: [preflight], operations: [GetObject]}]
                  deny: {code: NoSuchKey}
                - name: writes
                  matches: [{buckets: [preflight], operations: [PutObject]}]
                  deny: {code: AccessDenied}
                """));
        assertThat(preflight(rig, "GET")).contains("<Code>NoSuchKey</Code>");
        assertThat(preflight(rig, "PUT")).contains("<Code>AccessDenied</Code>");
        assertThat(preflight(rig, "DELETE")).contains("<Code>NoSuchBucket</Code>");
        assertThat(status(rig, "DELETE", "/preflight/k", "Access-Control-Request-Method: GET"))
                .as("only OPTIONS announces a method")
                .isEqualTo(404);
    }

    private static String preflight(Rig rig, String method) throws IOException {
        try (var client = rig.connect()) {
            return client.request(
                            "OPTIONS",
                            "/preflight/k",
                            "Origin: https://example.com",
                            "Access-Control-Request-Method: " + method)
                    .answerTo("OPTIONS")
                    .text();
        }
    }

    private static int status(Rig rig, String method, String target, String header) throws IOException {
        try (var client = rig.connect()) {
            var headers = Stream.concat(Stream.of("Content-Length: 0"), Stream.of(header))
                    .filter(line -> !line.isEmpty())
                    .toArray(String[]::new);
            return client.request(method, target, headers).answerTo(method).status();
        }
    }
}
