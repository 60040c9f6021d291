package dev.datapath.e2e.k3s;

import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The request that shows by its status alone who answers it: gateways by a rule, or the store. */
final class HeadBucket {
    private HeadBucket() {}

    /** The HTTP status of the answer. */
    static int status(S3Client s3, String bucket) {
        try {
            s3.headBucket(head -> head.bucket(bucket));
            return 200;
        } catch (S3Exception e) {
            return e.statusCode();
        }
    }
}
