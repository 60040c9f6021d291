package dev.datapath.e2e.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static software.amazon.awssdk.core.sync.RequestBody.fromString;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.S3Store;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.e2e.rig.StoreProgram;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The bucket in the host name, as the SDK has it by default. */
@Rig.Test
class VirtualHostedTest {
    @Test
    void host_and_path_arrive_as_they_were_signed(Rig rig) {
        var store = new StrictStore();
        try (var node = ScriptedNode.start(store);
                var s3 = S3Clients.virtualHosted(rig)) {
            var bucket = rig.bucket(node);

            s3.putObject(b -> b.bucket(bucket).key("dir/k e y"), fromString("content"));

            assertThat(store.objects())
                    .containsOnlyKeys(bucket + "." + S3Store.BASE_DOMAIN + ":" + rig.port() + "/dir/k%20e%20y");
            assertThat(s3.getObjectAsBytes(b -> b.bucket(bucket).key("dir/k e y"))
                            .asUtf8String())
                    .contains("content");
        }
    }

    /** s3proxy is not among them: it forgets the host once it has checked a signature. */
    static Stream<StoreProgram> stores() {
        return Rig.installedStores()
                .filter(program -> !program.name().equals(S3Store.s3proxy().name()));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("stores")
    void a_real_store_that_knows_the_base_domain_serves_the_bucket(StoreProgram program, Rig rig) {
        rig.store(program, program.name());
        var bucket = rig.bucketName(program.name());
        try (var s3 = S3Clients.virtualHosted(rig)) {
            s3.createBucket(b -> b.bucket(bucket));
            s3.putObject(b -> b.bucket(bucket).key("dir/k e y"), fromString("content"));

            assertThat(s3.getObjectAsBytes(b -> b.bucket(bucket).key("dir/k e y"))
                            .asUtf8String())
                    .isEqualTo("content");
            assertThat(s3.listObjectsV2(b -> b.bucket(bucket)).contents())
                    .extracting(S3Object::key)
                    .containsExactly("dir/k e y");
        }
    }

    @Test
    void a_bucket_without_a_rule_is_no_such_bucket_also_by_host_name(Rig rig) {
        try (var s3 = S3Clients.virtualHosted(rig)) {
            assertThatThrownBy(() -> s3.getObject(b -> b.bucket("unruled").key("bucket-1/k")))
                    .isInstanceOf(NoSuchBucketException.class);
        }
    }
}
