package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.plan.MatchPlan;

/**
 * Recursive deletions: with this header, MinIO deletes all objects below a bucket, or below a key without its last slash
 * (cmd/bucket-handlers.go, DeleteBucketHandler; cmd/object-handlers.go, DeleteObjectHandler). Rules only match one key, so such a
 * request is rejected where rules deny deletions.
 */
final class ForcedRemoval {

    static final String MESSAGE =
            "A request must not remove more than the key that it names (x-minio-force-delete) where rules deny removals.";

    private static final String HEADER = "x-minio-force-delete";

    private ForcedRemoval() {}

    /** Whether a deny may concern objects that such a request deletes. */
    static boolean mayBeDenied(MatchPlan deny) {
        return deny.operations().isEmpty() || deny.operations().stream().anyMatch(ForcedRemoval::removes);
    }

    /** As defined by the group Deletes of the API. */
    private static boolean removes(S3Operation operation) {
        return operation.name().startsWith("Delete");
    }

    static Predicate requested() {
        return Predicates.and(
                Methods.is("DELETE"),
                Predicates.matches(HEADER, HeaderValues.ANYTHING + "(?i:true|t|1)" + HeaderValues.ANYTHING));
    }
}
