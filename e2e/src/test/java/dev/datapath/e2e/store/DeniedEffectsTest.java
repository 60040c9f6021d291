package dev.datapath.e2e.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.S3Store;
import dev.datapath.e2e.rig.StoreProgram;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Real stores behind a real gateway: what the store itself would do for an odd request does not happen through a gateway that
 * denies it. The objects are compared at the store, past the gateway.
 */
@Rig.Test
class DeniedEffectsTest {

    private static final String DELETE_BODY = "<Delete><Object><Key>x</Key></Object></Delete>";
    private static final String COPY = "x-amz-copy-source: ";

    static Stream<StoreProgram> stores() {
        return Rig.installedStores();
    }

    /** What changes a bucket at some store. */
    private static List<SignedRequest> writes(String bucket, String open) {
        var object = "/" + bucket + "/x";
        return List.of(
                request("DELETE", object),
                request("DELETE", object + "?versionId=null"),
                request("DELETE", object + "?uploadId="),
                request("DELETE", object + "?torrent"),
                request("DELETE", "/" + bucket + "//x"),
                new SignedRequest("POST", "/" + bucket + "?delete", List.of(), DELETE_BODY),
                new SignedRequest("POST", object + "?delete=", List.of(), DELETE_BODY),
                new SignedRequest("POST", object + "?select&delete", List.of(), DELETE_BODY),
                new SignedRequest("POST", object + "?delete&uploads", List.of(), DELETE_BODY),
                new SignedRequest("PUT", object, List.of(), "changed"),
                new SignedRequest("PUT", object + "?partNumber=1", List.of(), "changed"),
                new SignedRequest("PUT", object + "?partNumber=x&uploadId=u", List.of(), "changed"),
                new SignedRequest("PUT", object + "?website", List.of(), "changed"),
                new SignedRequest("PUT", object + "?uploads", List.of(), "changed"),
                new SignedRequest("PUT", "/" + bucket + "/new", List.of(COPY), "changed"),
                new SignedRequest("PUT", "/" + bucket + "/new", List.of(COPY + "/" + open + "/k"), ""),
                new SignedRequest("PUT", "/" + bucket + "/new?uploads", List.of(COPY + open + "/k"), ""),
                new SignedRequest(
                        "PUT", object + "?renameObject", List.of("x-amz-rename-source: /" + bucket + "/k"), ""));
    }

    /** What brings the content of a bucket into another one at some store. */
    private static List<SignedRequest> copies(String secret, String open) {
        return Stream.of(
                        "/" + secret + "/k",
                        secret + "/k",
                        secret + "%2Fk",
                        "%2F" + secret + "%2Fk",
                        "/" + secret + "//k",
                        "/" + open + "/../" + secret + "/k",
                        "/" + secret + "/k?versionId=null")
                .map(source -> new SignedRequest("PUT", "/" + open + "/new", List.of(COPY + source), ""))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("stores")
    void noOddRequestChangesABucketWhoseWritesAreDenied(StoreProgram program, Rig rig) throws IOException {
        var store = rig.store(program, program.name());
        var control = rig.bucketName(program.name());
        var denied = rig.bucketName(program.name());
        var open = rig.bucketName(program.name());
        rig.gateway().policy(denied, Manifests.policy(denied, """
                - name: read-only
                  matches: [{buckets: [%s], operations: [Writes, Deletes, Multipart]}]
                  deny: {code: AccessDenied}
                """.formatted(denied)));
        try (var s3 = client(store)) {
            Stream.of(control, denied, open).forEach(bucket -> s3.createBucket(request -> request.bucket(bucket)));
            fill(s3, open);
            int executed = 0;
            var directly = writes(control, open);
            var through = writes(denied, open);
            for (int i = 0; i < directly.size(); i++) {
                fill(s3, control);
                var before = objects(s3, control);
                directly.get(i).sendTo(store.nodes().getFirst().directPort());
                executed += objects(s3, control).equals(before) ? 0 : 1;

                fill(s3, denied);
                var untouched = objects(s3, denied);
                int status = through.get(i).sendTo(rig.port());
                assertThat(objects(s3, denied)).as("after %s", through.get(i)).isEqualTo(untouched);
                assertThat(status).as("%s", through.get(i)).isIn(400, 403);
            }
            assertThat(executed).as("requests that %s executes", program).isGreaterThanOrEqualTo(6);
        }
    }

    @ParameterizedTest
    @MethodSource("stores")
    void noCopyTakesTheContentOfADeniedBucket(StoreProgram program, Rig rig) throws IOException {
        var store = rig.store(program, program.name());
        var secret = rig.bucketName(program.name());
        var open = rig.bucketName(program.name());
        rig.gateway().policy(secret, Manifests.policy(secret, """
                - name: secret
                  matches: [{buckets: [%s]}]
                  deny: {code: AccessDenied}
                """.formatted(secret)));
        try (var s3 = client(store)) {
            Stream.of(secret, open).forEach(bucket -> s3.createBucket(request -> request.bucket(bucket)));
            fill(s3, secret);
            int executed = 0;
            for (var copy : copies(secret, open)) {
                int status = copy.sendTo(rig.port());
                assertThat(objects(s3, open)).as("after %s", copy).isEmpty();
                assertThat(status).as("%s", copy).isIn(400, 403);

                copy.sendTo(store.nodes().getFirst().directPort());
                if (!objects(s3, open).isEmpty()) {
                    executed++;
                    s3.deleteObject(request -> request.bucket(open).key("new"));
                }
            }
            assertThat(executed).as("copies that %s executes", program).isGreaterThanOrEqualTo(3);
        }
    }

    /** Tags, locks and ACLs that a header of an upload asks for. */
    @ParameterizedTest
    @MethodSource("stores")
    void noHeaderOfAnUploadDoesWhatIsDenied(StoreProgram program, Rig rig) throws IOException {
        var store = rig.store(program, program.name());
        var denied = rig.bucketName(program.name());
        var denied2 = rig.bucketName(program.name());
        rig.gateway().policy(denied, Manifests.policy(denied, """
                - name: by-header
                  matches:
                  - buckets: [%s, %s]
                    operations: [PutObjectTagging, PutBucketAcl, PutObjectAcl, PutObjectLegalHold, PutObjectRetention]
                  deny: {code: AccessDenied}
                """.formatted(denied, denied2)));
        int direct = store.nodes().getFirst().directPort();
        try (var s3 = client(store)) {
            s3.createBucket(request -> request.bucket(denied));
            int executed = 0;
            for (var request : List.of(
                    byHeader("PUT", "/" + denied + "/k", "x-amz-tagging: a=b"),
                    byHeader("PUT", "/" + denied + "/k", "x-amz-acl: public-read"),
                    byHeader("PUT", "/" + denied + "/k", "x-amz-object-lock-legal-hold: ON"),
                    byHeader("POST", "/" + denied + "/k?uploads", "x-amz-tagging: a=b"),
                    byHeader("PUT", "/" + denied2, "x-amz-acl: public-read"))) {
                assertThat(request.sendTo(rig.port())).as("%s", request).isEqualTo(403);
                assertThat(objects(s3, denied)).as("after %s", request).isEmpty();

                if (request.sendTo(direct) == 200) {
                    executed++;
                }
                s3.deleteObject(delete -> delete.bucket(denied).key("k"));
            }
            assertThat(executed).as("requests that %s executes", program).isPositive();
        }
    }

    private static SignedRequest byHeader(String method, String target, String line) {
        return new SignedRequest(method, target, List.of(line), method.equals("PUT") ? "x" : "");
    }

    /** The path has a key that may be written; the body, or the query, is about the rest of the bucket. */
    @ParameterizedTest
    @MethodSource("stores")
    void noPathWithinAPrefixLeadsToOtherKeys(StoreProgram program, Rig rig) throws IOException {
        var store = rig.store(program, program.name());
        var control = rig.bucketName(program.name());
        var part = rig.bucketName(program.name());
        rig.gateway().policy(part, Manifests.policy(part, """
                - name: part
                  matches: [{buckets: [%1$s], keyPrefix: data/}]
                  pools: [{name: %2$s}]
                - name: rest
                  matches: [{buckets: [%1$s]}]
                  deny: {code: AccessDenied}
                """.formatted(part, program.name())));
        try (var s3 = client(store)) {
            Stream.of(control, part).forEach(bucket -> s3.createBucket(request -> request.bucket(bucket)));
            fill(s3, control);
            fill(s3, part);
            var untouched = objects(s3, part);
            for (var query : List.of("?delete", "?delete=&x=1", "?uploads&delete")) {
                var path = "/data/k" + query;
                new SignedRequest("POST", "/" + control + path, List.of(), DELETE_BODY)
                        .sendTo(store.nodes().getFirst().directPort());
                assertThat(new SignedRequest("POST", "/" + part + path, List.of(), DELETE_BODY).sendTo(rig.port()))
                        .as(path)
                        .isEqualTo(403);
                assertThat(objects(s3, part)).as("after %s", path).isEqualTo(untouched);
            }
            if (program.name().equals("seaweedfs")) {
                assertThat(objects(s3, control))
                        .as("the store executes one of them")
                        .doesNotContainKey("x");
            }
        }
    }

    /** The host names the open bucket for the gateway; a store that compares its domain literally reads the path. */
    @ParameterizedTest
    @MethodSource("stores")
    void noHostLeadsToADeniedBucket(StoreProgram program, Rig rig) throws IOException {
        var store = rig.store(program, program.name());
        var secret = rig.bucketName(program.name());
        var open = rig.bucketName(program.name());
        rig.gateway().policy(secret, Manifests.policy(secret, """
                - name: secret
                  matches: [{buckets: [%s]}]
                  deny: {code: AccessDenied}
                """.formatted(secret)));
        try (var s3 = client(store)) {
            Stream.of(secret, open).forEach(bucket -> s3.createBucket(request -> request.bucket(bucket)));
            fill(s3, secret);
            fill(s3, open);
            var untouched = objects(s3, secret);
            for (var domain : List.of("s3.test.", "S3.TEST", "s3.Test:80", "s3.test.:80", "s3.test:")) {
                var host = "Host: " + open + "." + domain;
                for (var request : List.of(
                        new SignedRequest("GET", "/" + secret + "/k", List.of(host), ""),
                        new SignedRequest("GET", "/" + secret + "?list-type=2", List.of(host), ""),
                        new SignedRequest("PUT", "/" + secret + "/k", List.of(host), "changed"),
                        new SignedRequest("DELETE", "/" + secret + "/k", List.of(host), ""))) {
                    assertThat(request.sendTo(rig.port())).as("%s", request).isEqualTo(403);
                }
                assertThat(objects(s3, secret)).isEqualTo(untouched);
            }
        }
    }

    private static SignedRequest request(String method, String target) {
        return new SignedRequest(method, target, List.of(), "");
    }

    private static S3Client client(S3Store store) {
        return S3Client.builder()
                .endpointOverride(URI.create(store.nodes().getFirst().direct().toString()))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(S3Store.ACCESS_KEY, S3Store.SECRET_KEY)))
                .forcePathStyle(true)
                .build();
    }

    private static void fill(S3Client s3, String bucket) {
        for (var key : List.of("k", "x")) {
            s3.putObject(request -> request.bucket(bucket).key(key), RequestBody.fromString("content of " + key));
        }
        var others = new ArrayList<>(objects(s3, bucket).keySet());
        others.removeAll(List.of("k", "x"));
        others.forEach(key -> s3.deleteObject(request -> request.bucket(bucket).key(key)));
    }

    private static Map<String, String> objects(S3Client s3, String bucket) {
        var objects = new TreeMap<String, String>();
        s3.listObjectsV2(request -> request.bucket(bucket))
                .contents()
                .forEach(object -> objects.put(object.key(), object.eTag()));
        return objects;
    }
}
