package dev.datapath.e2e.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Every store must be one store behind several nodes, or failing over between them proves nothing. */
@Tag("tier3")
class S3StoreTest {
    static Stream<StoreProgram> programs() {
        // VersityGW is a program that one has or has not; what the other two need is fetched for every run of the
        // tests.
        return Stream.of(S3Store.s3proxy(), S3Store.seaweedfs(), S3Store.versitygw())
                .filter(program -> program.missing().isEmpty()
                        || !program.name().equals(S3Store.versitygw().name()));
    }

    @ParameterizedTest
    @MethodSource("programs")
    void what_one_node_takes_another_gives_also_after_a_restart(StoreProgram program) {
        assumeTrue(program.missing().isEmpty(), () -> program.missing().orElseThrow());

        try (var store = S3Store.start(program, 2)) {
            try (var first = client(store.nodes().get(0))) {
                first.createBucket(b -> b.bucket("shared"));
                first.putObject(b -> b.bucket("shared").key("a/b"), RequestBody.fromString("content"));
            }
            store.nodes().get(1).kill();
            store.nodes().get(1).restart();
            try (var second = client(store.nodes().get(1))) {
                assertThat(second.getObjectAsBytes(b -> b.bucket("shared").key("a/b"))
                                .asUtf8String())
                        .isEqualTo("content");
            }
        }
    }

    private static S3Client client(S3Store.Node node) {
        return S3Client.builder()
                .endpointOverride(node.direct())
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(S3Store.ACCESS_KEY, S3Store.SECRET_KEY)))
                .build();
    }
}
