package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.e2e.rig.StandaloneGateway;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Rules by the credentials that requests show; {@code |} separates lines of a request. */
@Tag("tier3")
class AuthenticationTest {
    private static final String V4 =
            "authorization: AWS4-HMAC-SHA256 Credential=%s/20261201/eu-central-1/s3/aws4_request, "
                    + "SignedHeaders=host;x-amz-date, Signature=0a1b";
    private static final String PRESIGNED =
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=%s%%2F20261201%%2Feu-central-1%%2Fs3%%2Faws4_request"
                    + "&X-Amz-Date=20261201T000000Z&X-Amz-Expires=%d&X-Amz-SignedHeaders=host&X-Amz-Signature=0a1b";

    private static final ScriptedNode NODE = ScriptedNode.start();
    private static StandaloneGateway gateway;

    @BeforeAll
    static void policy() {
        gateway = StandaloneGateway.start(1, port -> Manifests.dataPathOf(port, "s3.example.com", NODE.port()));
        gateway.policy("authentication", Manifests.policy("authentication", """
                - name: signed-only
                  matches: [{buckets: [signed]}]
                  authentication: {anonymous: Deny}
                  pools: [{name: %1$s}]
                - name: no-links
                  matches: [{buckets: [no-links]}]
                  authentication: {presigned: {mode: Deny}}
                  pools: [{name: %1$s}]
                - name: short-links
                  matches: [{buckets: [short-links]}]
                  authentication: {anonymous: Deny, presigned: {maxExpiry: 1h}}
                  pools: [{name: %1$s}]
                - name: leaked-key
                  matches: [{buckets: [open, signed], accessKeyIds: [AKIALEAKED, AKIAOLD]}]
                  deny: {code: AccessDenied}
                - name: team
                  matches: [{buckets: [team], accessKeyIds: [AKIATEAM]}]
                  pools: [{name: %1$s}]
                - name: others
                  matches: [{buckets: [team]}]
                  deny: {code: AccessDenied}
                """.formatted("store")));
    }

    @AfterAll
    static void close() {
        gateway.close();
        NODE.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            GET /signed/k                                                               ; 403
            GET /signed/k|authorization: Basic YTpi                                     ; 403
            GET /signed/k|authorization: AWS AKIAX:c2ln                                 ; 200
            OPTIONS /signed/k|access-control-request-method: PUT                        ; 200
            OPTIONS /signed/k                                                           ; 403
            GET /s%69gned/k                                                             ; 400
            GET /signed/k?AWSAccessKeyId=AKIAX&Signature=c2ln&Expires=1999999999        ; 403
            GET /signed/k?X-Amz-Signature=0a                                            ; 400
            POST /signed|content-type: multipart/form-data                     ; 403
            GET /open/k                                                                 ; 200
            GET /open/k?AWSAccessKeyId=AKIALEAKED&Signature=c2ln&Expires=1999999999     ; 403
            GET /open/k?AWSAccessKeyId=AKIALE%41KED&Signature=c2ln&Expires=1999999999   ; 403
            GET /open/k?AWSAccessKeyId=AKIAX&Signature=c2ln&Expires=1999999999          ; 200
            GET /open/k|authorization: AWS AKIAOLD:c2ln                                 ; 403
            GET /open/k|authorization: AWS AKIAX:c2ln|authorization: AWS AKIAOLD:c2ln   ; 400
            POST /open|content-type: multipart/form-data                     ; 403
            POST /open?delete|content-type: application/xml                             ; 200
            GET /team/k|authorization: AWS AKIATEAM:c2ln                                ; 200
            GET /team/k|authorization: AWS AKIATEAMS:c2ln                               ; 403
            GET /team/k                                                                 ; 403
            GET /no-links/k                                                             ; 200
            GET /no-links/k?AWSAccessKeyId=AKIAX&Signature=c2ln&Expires=1999999999      ; 403
            GET /short-links/k?AWSAccessKeyId=AKIAX&Signature=c2ln&Expires=1999999999   ; 403
            """)
    void plainRequests(String request, int status) throws IOException {
        assertThat(status(request)).as(request).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "signed, AKIAX, 200",
        "signed, AKIALEAKED, 403",
        "open, AKIALEAKED, 403",
        "open, AKIALEAKED2, 200",
        "open, XAKIALEAKED, 200",
        "no-links, AKIAX, 200",
        "short-links, AKIAX, 200",
        "team, AKIATEAM, 200",
        "team, AKIAX, 403"
    })
    void signaturesInTheHeader(String bucket, String key, int status) throws IOException {
        assertThat(status("GET /" + bucket + "/k|" + V4.formatted(key))).isEqualTo(status);
        assertThat(status("PUT /" + bucket + "/k|" + V4.formatted(key).replace(", ", ",")))
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "signed, AKIAX, 604800, 200",
        "signed, AKIAOLD, 60, 403",
        "open, AKIALEAKED, 60, 403",
        "no-links, AKIAX, 60, 403",
        "short-links, AKIAX, 60, 200",
        "short-links, AKIAX, 3600, 200",
        "short-links, AKIAX, 3601, 403",
        "short-links, AKIAX, 604800, 403",
        "team, AKIATEAM, 60, 200",
        "team, AKIAX, 60, 403"
    })
    void presignedRequests(String bucket, String key, long expires, int status) throws IOException {
        assertThat(status("GET /" + bucket + "/k?" + PRESIGNED.formatted(key, expires)))
                .isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "&X-Amz-Expires=60",
                "&x-amz-expires=60",
                "&X-Amz-Credential=AKIAY%2F20261201%2Fr%2Fs3%2Faws4_request",
                "&AWSAccessKeyId=AKIAX",
                "&X-Amz-Si%67nature=0a"
            })
    void twoSetsOfCredentialsAreRefused(String more) throws IOException {
        var request = "GET /short-links/k?" + PRESIGNED.formatted("AKIAX", 60) + more;
        assertThat(status(request)).isEqualTo(400);
        assertThat(status("GET /short-links/k?" + PRESIGNED.formatted("AKIAX", 60) + "|" + V4.formatted("AKIAX")))
                .isEqualTo(400);
    }

    /** A session token, additional headers and an encoded key change nothing. */
    @Test
    void anSdkIsReadAsItSigns() {
        try (var client = S3Client.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + gateway.port(0)))
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(credentials("AKIATEAM"))
                .forcePathStyle(true)
                .httpClientBuilder(Apache5HttpClient.builder())
                .build()) {
            var put = client.putObject(request -> request.bucket("team").key("a b/k"), RequestBody.fromString("text"));
            assertThat(put.sdkHttpResponse().statusCode()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"3600, 200", "7200, 403"})
    void linksOfAnSdk(long expires, int status) throws IOException {
        try (var presigner = S3Presigner.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + gateway.port(0)))
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(credentials("AKIATEAM"))
                .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .build()) {
            var link = presigner.presignGetObject(presign -> presign.signatureDuration(Duration.ofSeconds(expires))
                    .getObjectRequest(request -> request.bucket("short-links").key("a+b/k")));
            assertThat(status("GET " + link.url().getFile())).isEqualTo(status);
        }
    }

    private static StaticCredentialsProvider credentials(String key) {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create(key, "secret"));
    }

    private static int status(String request) throws IOException {
        var lines = request.replace("|", "\r\n").replaceFirst("(\r\n|$)", " HTTP/1.1\r\nHost: h$1");
        try (var client = RawClient.to(gateway.port(0))) {
            return client.send(lines + "\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                    .answer()
                    .status();
        }
    }
}
