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
 * @param bucket the buckets
 * @param keyPrefix decoded prefix of the object key; empty for every key and for requests without a key
 * @param operations the S3 actions, in enum order; empty for every request, with or without a known action
 * @param headers request headers that must have exactly these values
 * @param sourceCidrs client addresses, any of; empty for all
 * @param credentials what the credentials of the request must be, all of these
 */
public record MatchPlan(
        String rule,
        BucketMatch bucket,
        String keyPrefix,
        Set<S3Operation> operations,
        List<HeaderValue> headers,
        List<String> sourceCidrs,
        List<CredentialCondition> credentials) {

    public MatchPlan {
        operations = operations.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(operations));
        headers = List.copyOf(headers);
        sourceCidrs = List.copyOf(sourceCidrs);
        credentials = List.copyOf(credentials);
    }

    /** The same of another bucket. */
    public MatchPlan of(BucketMatch other) {
        return new MatchPlan(rule, other, keyPrefix, operations, headers, sourceCidrs, credentials);
    }

    /** The same with another key prefix. */
    public MatchPlan withKeyPrefix(String other) {
        return new MatchPlan(rule, bucket, other, operations, headers, sourceCidrs, credentials);
    }

    /** Whether requests of this action can match. */
    public boolean concerns(S3Operation operation) {
        return operations.isEmpty() || operations.contains(operation);
    }

    /** Whether the match depends only on bucket and key. */
    public boolean unconditional() {
        return operations.isEmpty() && headers.isEmpty() && sourceCidrs.isEmpty() && credentials.isEmpty();
    }

    /**
     * A request header and its required value. A forwarding rule compares it byte for byte. A deny rule ignores case
     * and also matches one of several values.
     */
    public record HeaderValue(String name, String value) {

        private static final Set<String> OF_CONTENT = Set.of(
                "cache-control",
                "content-disposition",
                "content-encoding",
                "content-language",
                "content-type",
                "expires");

        /**
         * Whether some stores also read it from a query parameter of the same name. SDKs move {@code x-amz-*} headers
         * there when they presign a URL (aws-sdk-js-v3, moveHeadersToQuery). Amazon S3 and Scality (objectPut) accept
         * those, and MinIO (extractMetadataFromReq) also accepts other headers of an object.
         */
        public boolean maybeInQuery() {
            return name.startsWith("x-amz-") || OF_CONTENT.contains(name);
        }
    }
}
