package dev.datapath.operator.envoy;

import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import dev.datapath.api.v1alpha1.S3Operation;
import dev.datapath.operator.plan.MatchPlan;

/**
 * Removals of more than a request names: MinIO takes a DELETE of a bucket, or of a key without its last slash, with this header for all
 * objects below it (cmd/bucket-handlers.go, DeleteBucketHandler; cmd/object-handlers.go, DeleteObjectHandler). Rules see one key, so
 * where removals are denied the request is refused.
 */
final class ForcedRemoval {

    static final String MESSAGE =
            "A request must not remove more than the key that it names (x-minio-force-delete) where rules deny removals.";

    private static final String HEADER = "x-minio-force-delete";

    private ForcedRemoval() {}

    /** Whether a deny may be about what such a request removes. */
    static boolean mayBeDenied(MatchPlan deny) {
        return deny.operations().isEmpty() || deny.operations().stream().anyMatch(ForcedRemoval::removes);
    }

    /** As the group Deletes of the API has it. */
    private static boolean removes(S3Operation operation) {
        return operation.name().startsWith("Delete");
    }

    static Predicate asked() {
        return Predicates.and(
                Methods.is("DELETE"),
                Predicates.matches(HEADER, HeaderValues.ANYTHING + "(?i:true|t|1)" + HeaderValues.ANYTHING));
    }
}
