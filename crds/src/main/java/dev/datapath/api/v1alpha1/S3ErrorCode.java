package dev.datapath.api.v1alpha1;

/** S3 errors that a rule can return. The constants are the codes of the S3 API reference, "Error responses". */
public enum S3ErrorCode {
    AccessDenied(403),
    InternalError(500),
    MethodNotAllowed(405),
    NoSuchBucket(404),
    NoSuchKey(404),
    ServiceUnavailable(503),
    SlowDown(503);

    private final int httpStatus;

    S3ErrorCode(int httpStatus) {
        this.httpStatus = httpStatus;
    }

    /** HTTP status that S3 returns with this code. */
    public int httpStatus() {
        return httpStatus;
    }
}
