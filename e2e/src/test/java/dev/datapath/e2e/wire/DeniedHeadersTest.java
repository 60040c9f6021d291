package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A deny holds however the headers that it depends on are spelled; {@code |} separates lines. */
@Rig.Test
class DeniedHeadersTest {
    private static ScriptedNode node;

    @BeforeAll
    static void policies(Rig rig) {
        node = ScriptedNode.start();
        var pool = rig.bucket(node);
        rig.gateway().policy("denied-headers", Manifests.policy("denied-headers", """
                - name: no-public-objects
                  matches: [{buckets: [dh-acl, dh-open], headers: [{name: x-amz-acl, value: public-read}]}]
                  deny: {code: AccessDenied}
                - name: lists
                  matches:
                  - {buckets: [dh-acl, dh-open], headers: [{name: x-amz-object-attributes, value: "ETag,ObjectParts"}]}
                  - buckets: [dh-acl, dh-open]
                    headers:
                    - {name: x-amz-tagging, value: a&b}
                    - {name: x-amz-grant-read, value: c}
                    - {name: x-amz-storage-class, value: COLD}
                  deny: {code: AccessDenied}
                - name: two-values
                  matches:
                  - {buckets: [dh-open], headers: [{name: x-team, value: "a, b"}]}
                  - {buckets: [dh-open], headers: [{name: cookie, value: "a=1; b=2"}]}
                  deny: {code: AccessDenied}
                - name: keys
                  matches:
                  - {buckets: [dh-keys], keyPrefix: private/}
                  - {buckets: [dh-writes], keyPrefix: private/, operations: [Writes]}
                  - {buckets: [dh-reads], keyPrefix: private/, operations: [Reads]}
                  - {buckets: [dh-part]}
                  - {buckets: [dh-made], keyPrefix: private/, operations: [PutObject]}
                  - {buckets: [dh-made], operations: [CreateBucket, PutBucketPolicy]}
                  - {buckets: [dh-lists], keyPrefix: private/}
                  - {buckets: [dh-lists], operations: [ListMultipartUploads]}
                  - {buckets: [dh-sources], keyPrefix: "my docs/"}
                  - {buckets: [dh-sources], keyPrefix: "pr\u00fc/"}
                  - {buckets: [dh-allowed]}
                  - {buckets: ["dh-allow*"], keyPrefix: private/}
                  deny: {code: AccessDenied}
                - name: acts
                  matches:
                  - {buckets: [dh-tags], operations: [PutObjectTagging]}
                  - {buckets: [dh-acts], operations: [PutObjectAcl, PutBucketAcl, PutObjectRetention, PutObjectLegalHold]}
                  - {buckets: [dh-acts], operations: [PutBucketVersioning, PutBucketOwnershipControls]}
                  - {buckets: [dh-acts-part], keyPrefix: private/, operations: [PutObjectTagging]}
                  - {buckets: [dh-uploads]}
                  deny: {code: AccessDenied}
                - name: uploads
                  matches: [{buckets: [dh-uploads], operations: [PutObject]}]
                  pools: [{name: %1$s}]
                - name: through-clear-text
                  matches: [{buckets: [dh-proxy], headers: [{name: x-forwarded-proto, value: http}]}]
                  deny: {code: AccessDenied}
                - name: through-tls
                  matches: [{buckets: [dh-proxy], headers: [{name: x-forwarded-proto, value: https}]}]
                  pools: [{name: %1$s}]
                - name: part
                  matches:
                  - {buckets: [dh-part], keyPrefix: data/}
                  - {buckets: [dh-lists], keyPrefix: public/}
                  - {buckets: [dh-allowed, dh-allow-2], keyPrefix: public/}
                  pools: [{name: %1$s}]
                - name: open
                  matches:
                  - {buckets: [dh-acl, dh-open, dh-keys, dh-writes, dh-reads, dh-made, dh-lists, dh-sources]}
                  - {buckets: [dh-tags, dh-acts, dh-acts-part]}
                  pools: [{name: %1$s}]
                """.formatted(pool)));
    }

    @AfterAll
    static void close() {
        node.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-amz-acl: public-read",
                "X-Amz-ACL:  \t public-read \t",
                "x-amz-acl: public-read|x-amz-acl: public-read",
                "x-amz-acl: private|x-amz-acl: public-read",
                "x-amz-acl: public-read|X-AMZ-Acl: private",
                "x-amz-acl: private, public-read",
                "x-amz-acl: public-read ,private",
                "x-amz-acl: PUBLIC-Read",
                "x-amz-acl: \u00ff|x-amz-acl: public-read",
                "x-team: a, b",
                "x-team: a,b",
                "Cookie: b=2;c=3; a=1",
                "Cookie: a=1|Cookie: b=2",
            })
    void aHeaderIsDeniedAmongOthersAndInEveryCase(String lines, Rig rig) throws IOException {
        assertThat(put(rig, "/dh-open/k", lines)).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-amz-acl: public-read",
                "x-amz-acl: public-read|x-amz-acl: public-read",
                "x-amz-acl: private|x-amz-acl: public-read",
                "x-amz-acl: PUBLIC-read"
            })
    void aHeaderIsDeniedForTheSourceOfACopyToo(String lines, Rig rig) throws IOException {
        assertThat(put(rig, "/dh-keys/k", lines + "|x-amz-copy-source: /dh-acl/k"))
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-amz-acl: private",
                "x-amz-acl: public-read-write",
                "x-amz-acl: not-public-read",
                "x-team: a",
                "x-team: a b",
                "x-amz-meta-acl: public-read",
                "x_amz_top: public-read",
                "x-amz-meta-x_amz_acl: public-read",
                "x-amz-meta-a_b: 1"
            })
    void anotherHeaderPasses(String lines, Rig rig) throws IOException {
        assertThat(put(rig, "/dh-open/k", lines)).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "/dh-keys/a.tar, X-Amz-Meta-Snowball-Auto-Extract: true, 403",
        "/dh-keys/a.tar, x-amz-meta-snowball-auto-extract: untrue, 403",
        "/dh-keys/a.tar, x-amz-meta-snowball-auto-extract: TRUE, 403",
        "/dh-keys/a.tar, x-amz-snowball-auto-extract: true, 403",
        "/dh-keys/a.tar, x-amz-meta-snowball-auto-extract: false|x-amz-meta-snowball-auto-extract: true, 403",
        "/dh-keys/%61.tar, X-Amz-Meta-Snowball-Auto-Extract: true, 403",
        "/dh-writes/a.tar, X-Amz-Meta-Snowball-Auto-Extract: true, 403",
        "/dh-part/data/a.tar, X-Amz-Meta-Snowball-Auto-Extract: true, 403",
        "/dh-keys/a.tar, X-Amz-Meta-Snowball-Auto-Extract: false, 200",
        "/dh-part/data/a.tar, X-Amz-Meta-Snowball-Auto-Extract: no, 200",
        "/dh-reads/a.tar, X-Amz-Meta-Snowball-Auto-Extract: true, 200",
        "/dh-open/a.tar, X-Amz-Meta-Snowball-Auto-Extract: true, 200",
        "/dh-made/a.tar, X-Amz-Meta-Snowball-Auto-Extract: true, 403",
        "/dh-made/a.tar, X-Amz-Meta-Snowball-Auto-Extract: false, 200",
        "/dh-made, X-Amz-Meta-Snowball-Auto-Extract: true, 403",
        "/dh-made//?partNumber=1, X-Amz-Meta-Snowball-Auto-Extract: true, 403",
        "/dh-made?policy, X-Amz-Snowball-Auto-Extract: true, 403",
        "/dh-made?policy, X-Amz-Snowball-Auto-Extract: false, 403",
    })
    void anArchiveThatTheStoreUnpacksIsDeniedWhereKeysAre(String target, String lines, int status, Rig rig)
            throws IOException {
        assertThat(put(rig, target, lines)).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x_amz_copy_source: /dh-keys/private/k",
                "x-amz_copy-source: /dh-keys/private/k",
                "x-amz-copy_source: /dh-keys/private/k",
                "X_AMZ_RENAME_SOURCE: /dh-keys/private/k",
                "x_amz_acl: public-read"
            })
    void aNameThatServersMakeOneThatRulesReadIsRefused(String lines, Rig rig) throws IOException {
        assertThat(put(rig, "/dh-open/k", lines)).isEqualTo(400);
    }

    /** Amazon S3 wants the permission for such an action beside the one for the write, and other stores perform it. */
    @ParameterizedTest
    @CsvSource({
        "PUT, /dh-tags/k, x-amz-tagging: a=b, 403",
        "PUT, /dh-tags/k, x-amz-tagging:, 403",
        "POST, /dh-tags/k?uploads, x-amz-tagging: a=b, 403",
        "PUT, /dh-tags/k, x-amz-copy-source: /dh-open/k|x-amz-tagging: a=b, 403",
        "PUT, /dh-tags/k, x-amz-copy-source: /dh-open/k|x-amz-tagging-directive: replace, 403",
        "PUT, /dh-tags/k, x-amz-copy-source: /dh-open/k|x-amz-tagging-directive: COPY, 200",
        "PUT, /dh-tags/k?X-Amz-%54agging=a%3Db, x-a: 1, 403",
        "PUT, /dh-tags/k, x_amz_tagging: a=b, 400",
        "PUT, /dh-tags/k, x-amz_tagging: a=b, 400",
        "POST, /dh-tags, Content-Type: multipart/form-data; boundary=x|x-amz-tagging: a=b, 403",
        "PUT, /dh-tags/k, x-amz-acl: private|x-amz-object-lock-mode: GOVERNANCE, 200",
        "PUT, /dh-tags/k?partNumber=1&uploadId=u, x-amz-tagging: a=b, 200",
        "GET, /dh-tags/k, x-amz-tagging: a=b, 200",
        "PUT, /dh-acts/k, x-amz-acl: public-read, 403",
        "PUT, /dh-acts/k, x-amz-grant-full-control: id=c, 403",
        "PUT, /dh-acts/k, x-amz-object-lock-mode: GOVERNANCE, 403",
        "PUT, /dh-acts/k, x-amz-object-lock-retain-until-date: 2030-01-01T00:00:00Z, 403",
        "PUT, /dh-acts/k, x_amz_object_lock_retain_until_date: 2030-01-01T00:00:00Z, 400",
        "POST, /dh-acts/k?uploads, x-amz-object-lock-legal-hold: ON, 403",
        "PUT, /dh-acts, x-amz-acl: public-read, 403",
        "PUT, /dh-acts/, x-amz-grant-write-acp: id=c, 403",
        "PUT, /dh-acts, x-amz-bucket-object-lock-enabled: true, 403",
        "PUT, /dh-acts, x-amz-object-ownership: ObjectWriter, 403",
        "PUT, /dh-acts, x-a: 1, 200",
        "PUT, /dh-acts/k, x-amz-tagging: a=b, 200",
        "PUT, /dh-acts-part/private/k, x-amz-tagging: a=b, 403",
        "PUT, /dh-acts-part//%70rivate//k, x-amz-tagging: a=b, 403",
        "PUT, /dh-acts-part/x, x-amz-tagging: a=b|x-amz-meta-snowball-auto-extract: true, 403",
        "PUT, /dh-acts-part/x/../private/k, x-amz-tagging: a=b, 400",
        "PUT, /dh-acts-part/private, x-amz-tagging: a=b, 200",
        "PUT, /dh-acts-part/public/k, x-amz-tagging: a=b, 200",
        "PUT, /dh-uploads/k, x-a: 1, 200",
        "PUT, /dh-uploads/k, x-amz-acl: private, 403",
    })
    void whatAHeaderOfAWriteDoesIsDeniedAsTheActionIs(String method, String target, String lines, int status, Rig rig)
            throws IOException {
        assertThat(send(rig, method, target, "gw.test", lines)).isEqualTo(status);
        int end = target.indexOf('/', 1) < 0 ? target.length() : target.indexOf('/', 1);
        var inBucket = target.substring(end).startsWith("/") ? target.substring(end) : "/" + target.substring(end);
        assertThat(send(rig, method, inBucket, target.substring(1, end) + ".s3.test", lines))
                .as("of a virtual host")
                .isEqualTo(status);
        if (status == 403) {
            assertThat(send(rig, method, target, "dh-open.s3.test.", lines))
                    .as("in the path of a host that some stores do not know")
                    .isEqualTo(status);
        }
    }

    /** SDKs that presign a URL move headers into its query, and stores read them there. */
    @ParameterizedTest
    @CsvSource({
        "x-amz-acl=public-read, x-a: 1, 403",
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&x-amz-acl=public-read&X-Amz-Signature=0, x-a: 1, 403",
        "x-amz-acl=public%2Dread, x-a: 1, 403",
        "x%2Damz-acl=PUBLIC-read&x=1, x-a: 1, 403",
        "x-id=PutObject;X-Amz-Acl=public-read, x-a: 1, 403",
        "'x-amz-acl=private,public-read', x-a: 1, 403",
        "'x-amz-acl=public-read,private', x-a: 1, 403",
        "x-amz-acl=private%2C+public-read%2cprivate, x-a: 1, 403",
        "x-amz-acl=%20public-read, x-a: 1, 403",
        "x-amz-acl=public-read%20, x-a: 1, 403",
        "x-amz-acl=+public-read%20+&x=1, x-a: 1, 403",
        "x-amz-acl=+%09public-read%0d%0A+&x=1, x-a: 1, 400",
        "x-amz-acl=private&x-amz-acl=public-read, x-a: 1, 403",
        "%58-Amz-%41cl=public-read, x-a: 1, 403",
        "x-amz-acl=%50ublic-r%45ad, x-a: 1, 403",
        "x-amz-acl=public-read&x-amz-acl=private, x-a: 1, 403",
        "x-amz-acl=public-read, x-amz-acl: private, 403",
        "x-amz-acl=private, x-amz-acl: public-read, 403",
        "x-amz-acl=private, x-a: 1, 200",
        "x-amz-acl=public-read-write, x-a: 1, 200",
        "'x-amz-acl=private,public-read-write', x-a: 1, 200",
        "x-amz-acl-x=public-read, x-a: 1, 200",
        "response-content-type=x-amz-acl%3Dpublic-read, x-a: 1, 200",
        "prefix=x-amz-acl=public-read, x-a: 1, 200",
        "attributes&x-amz-object-attributes=ETag%2CObjectParts, x-a: 1, 403",
        "'attributes&x-amz-object-attributes=ObjectParts,Checksum,ETag', x-a: 1, 403",
        "attributes&x-amz-object-attributes=ObjectParts&x-amz-object-attributes=ETag, x-a: 1, 403",
        "attributes&x-amz-object-attributes=ObjectParts, x-amz-object-attributes: ETag, 403",
        "attributes&x-amz-object-attributes=etag, x-amz-object-attributes: Checksum|x-amz-object-attributes: ObjectParts, 403",
        "attributes, x-amz-object-attributes: ETag|x-amz-object-attributes: ObjectParts, 403",
        "attributes&x-amz-object-attributes=ETag%2CChecksum, x-a: 1, 200",
        "attributes&x-amz-object-attributes=ETag, x-amz-object-attributes: Checksum, 200",
        "x-amz-tagging=a%26b&x-amz-grant-read=c, x-amz-storage-class: COLD, 403",
        "x-amz-tagging=a%26b%2Cx, x-amz-storage-class: COLD|x-amz-grant-read: c, 403",
    })
    void aHeaderInThePresignedQueryIsDeniedToo(String query, String lines, int status, Rig rig) throws IOException {
        assertThat(put(rig, "/dh-open/k?" + query, lines)).isEqualTo(status);
        assertThat(put(rig, "/dh-keys/k?" + query, lines + "|x-amz-copy-source: /dh-acl/k"))
                .as("of the source")
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "x=\u00ff&x-amz-acl=public-read",
        "x-amz-acl=\u00ff%2Cpublic-read",
        "x-amz-acl=public-read%2C\u00ff",
        "x-amz-acl=public-read&x=\u00ff",
    })
    void octetsInTheQueryThatAreNoTextHideNothing(String query, Rig rig) throws IOException {
        assertThat(put(rig, "/dh-open/k?" + query, "x-a: 1")).isIn(400, 403);
    }

    /** Envoy has a value of its own for the header: that of the connection to it. */
    @ParameterizedTest
    @CsvSource({
        "X-Forwarded-Proto: http, 403",
        "X-Forwarded-Proto: HTTP, 403",
        "X-Forwarded-Proto: https|X-Forwarded-Proto: http, 403",
        "X-Forwarded-Proto: https, 200",
        "X-Forwarded-For: 10.0.0.1, 404",
    })
    void theProtocolBeforeAProxyIsTheOneThatTheProxySent(String lines, int status, Rig rig) throws IOException {
        assertThat(put(rig, "/dh-proxy/k", lines)).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "/dh-lists/private/k?versions, 403",
        "/dh-lists/%70rivate/k?versions, 403",
        "/dh-lists/private/k, 403",
        "/dh-lists/other/k?versions, 200",
        "/dh-lists/public/k?versions, 200",
        "/dh-lists/public/k?uploads, 403",
    })
    void aReadThatOnlySomeStoresTakeForTheBucketIsDeniedByItsKeyToo(String target, int status, Rig rig)
            throws IOException {
        try (var client = rig.connect()) {
            assertThat(client.request("GET", target).answer().status()).isEqualTo(status);
        }
    }

    /** A header may hold blanks and UTF-8 as they are, and stores that resolve dots end where no rule looked. */
    @ParameterizedTest
    @CsvSource({
        "/dh-sources/my docs/k, 403",
        "dh-sources/my docs/k, 403",
        "/dh-sources/my%20docs/k, 403",
        "/dh-sources/my+docs/k, 403",
        "/dh-sources/pr\u00c3\u00bc/k, 403",
        "/dh-sources/pr%C3%BC/k, 403",
        "/dh-sources/pr\u00c3%BC/k, 403",
        "/dh-sources/pr%c3\u00bc/k, 403",
        "/dh-sources/my other docs/k, 200",
        "/dh-sources/\u00c3\u00bc/k, 200",
        "/dh-allowed/public/../private/k, 400",
        "dh-allowed/public/%2e%2E/private/k, 400",
        "/dh-allowed/public%2f..%2Fprivate/k, 400",
        "/dh-allowed/public/./../private/k, 400",
        "/dh-allow-2/public/../private/k, 400",
        "/dh-allowed/public/k, 200",
        "/dh-allowed/public/..k/a.., 200",
        "/dh-open/a/../k, 200",
    })
    void theSourceOfACopyIsDeniedHoweverItIsSpelled(String source, int status, Rig rig) throws IOException {
        assertThat(put(rig, "/dh-open/k", "x-amz-copy-source: " + source)).isEqualTo(status);
        assertThat(put(rig, "/dh-open/k?renameObject", "x-amz-rename-source: " + source))
                .as("renamed")
                .isEqualTo(status);
    }

    /** s3rver reads all of {@code x-amz-*} in a presigned query as headers. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-amz-copy-source=/dh-open/k",
                "X-Amz-Copy-Source=%2Fdh-keys%2Fprivate%2Fk&X-Amz-Signature=s",
                "X-Amz-Signature=s&x%2Damz-%63opy-source=dh-keys/private/k",
                "x-amz-copy-source",
                "partNumber=1&uploadId=u&x-amz-copy-source=/dh-keys/private/k",
                "renameObject&x-amz-rename-source=/dh-keys/private/k",
            })
    void theSourceOfACopyInTheQueryIsRefusedWhereRulesDeny(String query, Rig rig) throws IOException {
        assertThat(put(rig, "/dh-open/k?" + query, "x-amz-meta-a: b")).isEqualTo(400);
        assertThat(put(rig, "/dh-open/x-amz-copy-source=k?x-amz-copy-source-if-match=e", "x-amz-meta-a: b"))
                .isEqualTo(200);
    }

    /** MinIO removes all that is below the key, or the bucket with all of it. */
    @ParameterizedTest
    @CsvSource({
        "/dh-keys/private, true, 400",
        "/dh-keys, True, 400",
        "/dh-open/k, true, 400",
        "/dh-open/k, false, 200",
    })
    void whatRemovesMoreThanItNamesIsRefusedWhereRemovalsAreDenied(String target, String forced, int status, Rig rig)
            throws IOException {
        try (var client = rig.connect()) {
            assertThat(client.request("DELETE", target, "X-Minio-Force-Delete: " + forced)
                            .answer()
                            .status())
                    .isEqualTo(status);
        }
    }

    /** Header values may hold octets that are no UTF-8 (RFC 9110, 5.5). */
    @ParameterizedTest
    @CsvSource({
        "GET, /dh-no-reads/k, Access-Control-Request-Method: \u00ff",
        "GET, /dh-no-reads?list-type=2, Access-Control-Request-Method: \u00ff",
        "PUT, /dh-no-copies/k, x-amz-copy-source: /dh-open/k?versionId=\u00ff",
        "PUT, /dh-no-copies/k?partNumber=1&uploadId=u, x-amz-copy-source: /dh-open/\u00ff",
        "POST, /dh-no-forms?delete, Content-Type: multipart/form-data; boundary=\u00ff",
        "POST, /dh-no-forms/k?uploads, Content-Type: multipart/form-data; boundary=\u00ff",
    })
    void octetsThatAreNoTextHideNothing(String method, String target, String line, Rig rig) throws IOException {
        rig.gateway().policy("dh-octets", Manifests.policy("dh-octets", """
                - name: octets
                  matches:
                  - {buckets: [dh-no-reads], operations: [GetObject, ListObjectsV2]}
                  - {buckets: [dh-no-copies], operations: [CopyObject, UploadPartCopy]}
                  - {buckets: [dh-no-forms], operations: [PostObject]}
                  deny: {code: AccessDenied}
                """));
        try (var client = rig.connect()) {
            assertThat(client.request(method, target, line, "Content-Length: 0")
                            .answerTo(method)
                            .status())
                    .isIn(400, 403);
        }
    }

    private static int put(Rig rig, String target, String lines) throws IOException {
        return send(rig, "PUT", target, "gw.test", lines);
    }

    private static int send(Rig rig, String method, String target, String host, String lines) throws IOException {
        try (var client = rig.connect()) {
            client.send(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + lines.replace("|", "\r\n")
                    + "\r\nContent-Length: 0\r\n\r\n");
            return client.answerTo(method).status();
        }
    }
}
