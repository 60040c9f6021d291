package dev.datapath.e2e.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static software.amazon.awssdk.core.sync.RequestBody.fromBytes;
import static software.amazon.awssdk.core.sync.RequestBody.fromInputStream;
import static software.amazon.awssdk.core.sync.RequestBody.fromString;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.StoreProgram;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The current AWS SDK for Java with its defaults, through the gateway, over a real store of two nodes. */
@Rig.Test
@ParameterizedClass
@MethodSource("dev.datapath.e2e.Rig#installedStores")
class ObjectsTest {
    private static final int MIB = 1 << 20;

    @Parameter
    StoreProgram program;

    private Rig rig;
    private S3Client s3;
    private String bucket;

    @BeforeEach
    void bucket(Rig shared) {
        rig = shared;
        rig.store(program, program.name());
        bucket = rig.bucketName(program.name());
        s3 = S3Clients.pathStyle(rig);
        s3.createBucket(b -> b.bucket(bucket));
    }

    @AfterEach
    void close() {
        s3.close();
    }

    @Test
    void an_object_is_put_headed_got_listed_and_deleted() {
        var body = random(3 * MIB + 1);
        var put = s3.putObject(
                b -> b.bucket(bucket).key("dir/object").contentType("application/x-own"),
                fromInputStream(new ByteArrayInputStream(body), body.length));

        var head = s3.headObject(b -> b.bucket(bucket).key("dir/object"));
        assertThat(head.contentLength()).isEqualTo(body.length);
        assertThat(head.contentType()).isEqualTo("application/x-own");
        assertThat(head.eTag()).isEqualTo(put.eTag());

        var got = s3.getObjectAsBytes(b -> b.bucket(bucket).key("dir/object"));
        assertThat(got.asByteArrayUnsafe()).isEqualTo(body);
        assertThat(got.response().eTag()).isEqualTo(put.eTag());

        var listed = s3.listObjectsV2(b -> b.bucket(bucket).delimiter("/"));
        assertThat(listed.commonPrefixes()).extracting(CommonPrefix::prefix).containsExactly("dir/");

        s3.deleteObject(b -> b.bucket(bucket).key("dir/object"));
        assertThatThrownBy(() -> s3.getObject(b -> b.bucket(bucket).key("dir/object")))
                .isInstanceOf(NoSuchKeyException.class);
    }

    @Test
    void an_empty_object_is_an_object() {
        s3.putObject(b -> b.bucket(bucket).key("empty"), fromBytes(new byte[0]));

        assertThat(s3.headObject(b -> b.bucket(bucket).key("empty")).contentLength())
                .isZero();
        assertThat(s3.getObjectAsBytes(b -> b.bucket(bucket).key("empty")).asByteArray())
                .isEmpty();
    }

    @Test
    void checksums_of_every_kind_in_trailers_are_accepted() {
        for (var algorithm : List.of(ChecksumAlgorithm.CRC32, ChecksumAlgorithm.CRC32_C, ChecksumAlgorithm.SHA256)) {
            var body = random(200_000);
            s3.putObject(
                    b -> b.bucket(bucket).key("sum-" + algorithm).checksumAlgorithm(algorithm),
                    fromInputStream(new ByteArrayInputStream(body), body.length));
            assertThat(s3.getObjectAsBytes(b -> b.bucket(bucket).key("sum-" + algorithm))
                            .asByteArrayUnsafe())
                    .isEqualTo(body);
        }
    }

    @Test
    void metadata_of_the_user_comes_back() {
        var metadata = Map.of("purpose", "test", "under_score", "kept", "with.dot", "kept");

        s3.putObject(b -> b.bucket(bucket).key("k").metadata(metadata), fromString("x"));

        assertThat(s3.headObject(b -> b.bucket(bucket).key("k")).metadata())
                .containsExactlyInAnyOrderEntriesOf(metadata);
    }

    @Test
    void ranges_are_those_asked_for() {
        s3.putObject(b -> b.bucket(bucket).key("k"), fromString("0123456789"));

        var middle = s3.getObjectAsBytes(b -> b.bucket(bucket).key("k").range("bytes=2-4"));
        assertThat(middle.asUtf8String()).isEqualTo("234");
        assertThat(middle.response().contentRange()).isEqualTo("bytes 2-4/10");
        assertThat(s3.getObjectAsBytes(b -> b.bucket(bucket).key("k").range("bytes=-3"))
                        .asUtf8String())
                .isEqualTo("789");
        assertThatThrownBy(() -> s3.getObject(b -> b.bucket(bucket).key("k").range("bytes=10-")))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(416));
    }

    @Test
    void conditions_on_reads_hold() {
        var tag = s3.putObject(b -> b.bucket(bucket).key("k"), fromString("x")).eTag();

        assertThat(s3.getObjectAsBytes(b -> b.bucket(bucket).key("k").ifMatch(tag))
                        .asUtf8String())
                .isEqualTo("x");
        assertStatus(412, () -> s3.getObject(b -> b.bucket(bucket).key("k").ifMatch("\"other\"")));
        assertStatus(304, () -> s3.getObject(b -> b.bucket(bucket).key("k").ifNoneMatch(tag)));
        assertStatus(304, () -> s3.headObject(b -> b.bucket(bucket).key("k").ifNoneMatch(tag)));
    }

    @Test
    void a_write_that_must_not_replace_does_not() {
        s3.putObject(b -> b.bucket(bucket).key("k").ifNoneMatch("*"), fromString("first"));

        assertStatus(412, () -> s3.putObject(b -> b.bucket(bucket).key("k").ifNoneMatch("*"), fromString("second")));
        assertThat(s3.getObjectAsBytes(b -> b.bucket(bucket).key("k")).asUtf8String())
                .isEqualTo("first");
    }

    @Test
    void an_upload_in_three_parts_becomes_one_object() {
        var content = random(2 * 5 * MIB + 1000);
        var upload = s3.createMultipartUpload(b -> b.bucket(bucket).key("big")).uploadId();
        var parts = IntStream.rangeClosed(1, 3)
                .mapToObj(number -> part(upload, number, slice(content, (number - 1) * 5 * MIB, 5 * MIB)))
                .toList();

        assertThat(s3.listParts(b -> b.bucket(bucket).key("big").uploadId(upload))
                        .parts())
                .extracting(Part::partNumber)
                .containsExactly(1, 2, 3);
        s3.completeMultipartUpload(
                b -> b.bucket(bucket).key("big").uploadId(upload).multipartUpload(m -> m.parts(parts)));

        assertThat(s3.getObjectAsBytes(b -> b.bucket(bucket).key("big")).asByteArrayUnsafe())
                .isEqualTo(content);
    }

    @Test
    void an_upload_given_up_is_gone() {
        var upload = s3.createMultipartUpload(b -> b.bucket(bucket).key("big")).uploadId();
        part(upload, 1, new byte[1000]);
        assertThat(s3.listMultipartUploads(b -> b.bucket(bucket)).uploads()).hasSize(1);

        s3.abortMultipartUpload(b -> b.bucket(bucket).key("big").uploadId(upload));

        assertThat(s3.listMultipartUploads(b -> b.bucket(bucket)).uploads()).isEmpty();
    }

    @Test
    void an_object_is_copied_under_another_key() {
        s3.putObject(b -> b.bucket(bucket).key("from"), fromString("content"));

        s3.copyObject(b -> b.sourceBucket(bucket)
                .sourceKey("from")
                .destinationBucket(bucket)
                .destinationKey("to"));

        assertThat(s3.getObjectAsBytes(b -> b.bucket(bucket).key("to")).asUtf8String())
                .isEqualTo("content");
    }

    @Test
    void many_objects_are_deleted_with_one_request() {
        var keys = IntStream.range(0, 12).mapToObj(i -> "k" + i).toList();
        keys.forEach(key -> s3.putObject(b -> b.bucket(bucket).key(key), fromString(key)));

        s3.deleteObjects(b -> b.bucket(bucket)
                .delete(d -> d.objects(keys.stream()
                        .skip(2)
                        .map(key -> ObjectIdentifier.builder().key(key).build())
                        .toList())));

        assertThat(s3.listObjectsV2(b -> b.bucket(bucket)).contents())
                .extracting(S3Object::key)
                .containsExactly("k0", "k1");
    }

    @Test
    void lists_go_on_page_by_page() {
        var keys = IntStream.range(0, 7).mapToObj(i -> "page/" + i).toList();
        keys.forEach(key -> s3.putObject(b -> b.bucket(bucket).key(key), fromString(key)));

        var listed = s3.listObjectsV2Paginator(
                        b -> b.bucket(bucket).prefix("page/").maxKeys(3))
                .contents();

        assertThat(listed).extracting(S3Object::key).containsExactlyElementsOf(keys);
    }

    @Test
    void a_presigned_get_and_put_need_no_credentials() throws IOException, InterruptedException {
        try (var presigner = S3Clients.presigner(rig);
                var http = HttpClient.newHttpClient()) {
            var put = presigner.presignPutObject(p -> p.signatureDuration(Duration.ofMinutes(5))
                    .putObjectRequest(b -> b.bucket(bucket).key("a b/+&=")));
            var upload = HttpRequest.newBuilder(URI.create(put.url().toString()))
                    .PUT(HttpRequest.BodyPublishers.ofString("presigned"));
            assertThat(http.send(upload.build(), HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);

            var get = presigner.presignGetObject(p -> p.signatureDuration(Duration.ofMinutes(5))
                    .getObjectRequest(b -> b.bucket(bucket).key("a b/+&=")));
            var download = HttpRequest.newBuilder(URI.create(get.url().toString()));
            assertThat(http.send(download.build(), HttpResponse.BodyHandlers.ofString())
                            .body())
                    .isEqualTo("presigned");
        }
    }

    @Test
    void ordinary_odd_keys_come_back_under_their_names() {
        var keys = List.of(
                "sp ace", "a+b=&", "\u2603/\u00fc\u00f1\u00ed", "'()*!", "~@:;,$", "q?x#y", "percent%2Fsign", "-._/x");
        keys.forEach(key -> s3.putObject(b -> b.bucket(bucket).key(key), fromString(key)));

        assertThat(s3.listObjectsV2(b -> b.bucket(bucket)).contents())
                .extracting(S3Object::key)
                .containsExactlyInAnyOrderElementsOf(keys);
        assertThat(keys)
                .allSatisfy(key -> assertThat(
                                s3.getObjectAsBytes(b -> b.bucket(bucket).key(key))
                                        .asUtf8String())
                        .isEqualTo(key));
    }

    private CompletedPart part(String upload, int number, byte[] content) {
        var tag = s3.uploadPart(
                        b -> b.bucket(bucket).key("big").uploadId(upload).partNumber(number),
                        fromInputStream(new ByteArrayInputStream(content), content.length))
                .eTag();
        return CompletedPart.builder().partNumber(number).eTag(tag).build();
    }

    private static void assertStatus(int status, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(status));
    }

    private static byte[] slice(byte[] content, int from, int length) {
        return java.util.Arrays.copyOfRange(content, from, Math.min(content.length, from + length));
    }

    private static byte[] random(int size) {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
