package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.Manifests;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.operator.s3.OperationShape;
import dev.datapath.operator.s3.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Envoy tells all S3 actions apart: each is denied in one bucket, and every other action passes there, except for those that
 * some store executes as the denied one.
 */
@Rig.Test
class OperationsTest {

    /** Of stores that ignore the parameter: Ceph, MinIO, SeaweedFS and S3Proxy each do for some. */
    private static final Map<S3Operation, Set<String>> TAKEN_FOR = Map.of(
            S3Operation.GetObject, Set.of("GetObjectTorrent", "GetObjectAttributes"),
            S3Operation.ListObjects,
                    Set.of(
                            "GetBucketAccelerateConfiguration",
                            "GetBucketAnalyticsConfiguration",
                            "GetBucketIntelligentTieringConfiguration",
                            "GetBucketInventoryConfiguration",
                            "GetBucketMetricsConfiguration",
                            "GetBucketOwnershipControls",
                            "ListBucketAnalyticsConfigurations",
                            "ListBucketIntelligentTieringConfigurations",
                            "ListBucketInventoryConfigurations",
                            "ListBucketMetricsConfigurations"),
            S3Operation.CreateBucket,
                    Set.of(
                            "PutBucketAccelerateConfiguration",
                            "PutBucketAnalyticsConfiguration",
                            "PutBucketIntelligentTieringConfiguration",
                            "PutBucketInventoryConfiguration",
                            "PutBucketLogging",
                            "PutBucketMetricsConfiguration",
                            "PutBucketNotificationConfiguration",
                            "PutBucketOwnershipControls",
                            "PutBucketReplication",
                            "PutBucketRequestPayment",
                            "PutBucketWebsite",
                            "PutPublicAccessBlock"),
            S3Operation.DeleteBucket,
                    Set.of(
                            "DeleteBucketAnalyticsConfiguration",
                            "DeleteBucketIntelligentTieringConfiguration",
                            "DeleteBucketInventoryConfiguration",
                            "DeleteBucketMetricsConfiguration",
                            "DeleteBucketOwnershipControls",
                            "DeleteBucketReplication",
                            "DeleteBucketWebsite",
                            "DeletePublicAccessBlock"));

    /** Other tests of the run share the gateway, and a deny of ListBuckets is about paths that may lead out of every bucket. */
    @AfterEach
    void leaveNoRuleBehind(Rig rig) {
        rig.gateway().policy("operations", Manifests.policy("operations", """
                        - {name: nothing, matches: [{buckets: [nobody-has-this]}], deny: {code: AccessDenied}}
                        """));
    }

    @Test
    void aRuleForOneActionTakesWhatSomeStoreExecutesAsThatActionAndNoOther(Rig rig) throws IOException {
        rig.gateway().policy("operations", policy());
        var mistaken = new ArrayList<String>();
        try (var client = rig.connect()) {
            for (var sent : S3Operation.values()) {
                for (var refused : S3Operation.values()) {
                    boolean inBucket = OperationShape.of(sent).scope() != Scope.SERVICE;
                    boolean expected = sent == refused
                            || !inBucket
                            || TAKEN_FOR.getOrDefault(refused, Set.of()).contains(sent.name());
                    // What no rule refuses finds no pool: 404.
                    int status = send(client, sent, bucket(refused));
                    if (status != (expected ? 403 : 404)) {
                        mistaken.add(sent + " in the bucket of " + refused + " got " + status);
                    }
                }
            }
        }
        assertThat(mistaken).isEmpty();
    }

    private static int send(RawClient client, S3Operation operation, String bucket) throws IOException {
        var shape = OperationShape.of(operation);
        var target = switch (shape.scope()) {
                    case SERVICE -> "/";
                    case BUCKET -> "/" + bucket;
                    case OBJECT -> "/" + bucket + "/some/key";
                }
                + (shape.query().isEmpty()
                        ? ""
                        : shape.query().stream()
                                .map(OperationsTest::parameter)
                                .collect(Collectors.joining("&", "?", "")));
        var headers = new ArrayList<String>();
        if (!shape.safe()) {
            headers.add("Content-Length: 0");
        }
        if (shape.copySource() == OperationShape.Copy.WITH) {
            headers.add("x-amz-copy-source: /other/key");
        }
        return client.request(shape.method(), target, headers.toArray(String[]::new))
                .answerTo(shape.method())
                .status();
    }

    private static String parameter(String name) {
        return switch (name) {
            case "list-type", "select-type" -> name + "=2";
            case "partNumber", "uploadId" -> name + "=1";
            default -> name + "=";
        };
    }

    private static String policy() {
        var rules = new StringBuilder();
        for (var operation : S3Operation.values()) {
            var buckets = OperationShape.of(operation).scope() == Scope.SERVICE
                    ? ""
                    : "buckets: [" + bucket(operation) + "], ";
            rules.append("""
                    - name: %s
                      matches: [{%soperations: [%s]}]
                      deny: {code: AccessDenied}
                    """.formatted(bucket(operation), buckets, operation));
        }
        return Manifests.policy("operations", rules.toString());
    }

    private static String bucket(S3Operation operation) {
        return "action-" + operation.name().toLowerCase(Locale.ROOT);
    }
}
