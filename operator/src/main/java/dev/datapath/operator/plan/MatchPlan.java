package dev.datapath.operator.plan;

import dev.datapath.api.v1alpha1.S3Operation;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * One condition under which a rule applies; all parts must hold.
 *
 * @param rule the id of the rule that applies
 * @param bucket which buckets
 * @param keyPrefix decoded prefix of the object key; empty for every key and for requests without a key
 * @param operations the S3 actions, in enum order; empty means every request, known action or not
 * @param headers request headers that must have exactly these values
 * @param sourceCidrs client addresses, any of; empty for all
 */
public record MatchPlan(
        String rule,
        BucketMatch bucket,
        String keyPrefix,
        Set<S3Operation> operations,
        List<HeaderValue> headers,
        List<String> sourceCidrs) {

    public MatchPlan {
        operations = operations.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(operations));
        headers = List.copyOf(headers);
        sourceCidrs = List.copyOf(sourceCidrs);
    }

    /** Whether nothing but bucket and key decides. */
    public boolean unconditional() {
        return operations.isEmpty() && headers.isEmpty() && sourceCidrs.isEmpty();
    }

    /** A request header and the value it must have: byte for byte, but for a rule that denies in any case and among others. */
    public record HeaderValue(String name, String value) {

        private static final Set<String> OF_CONTENT = Set.of(
                "cache-control",
                "content-disposition",
                "content-encoding",
                "content-language",
                "content-type",
                "expires");

        /**
         * Whether some store reads it from a query parameter of the same name, too. SDKs move {@code x-amz-*} headers there when they
         * presign a URL (aws-sdk-js-v3, moveHeadersToQuery); Amazon S3 and Scality (objectPut) take those, MinIO
         * (extractMetadataFromReq) others of an object, too.
         */
        public boolean maybeInQuery() {
            return name.startsWith("x-amz-") || OF_CONTENT.contains(name);
        }
    }
}
