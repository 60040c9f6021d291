package dev.datapath.operator.s3;

import dev.datapath.api.v1alpha1.S3Operation;
import java.time.Duration;

/**
 * Classes of requests that a gateway handles in the same way. Every HTTP request belongs to exactly one class, even
 * when its S3 action is unknown. The class determines the response timeout and what may be retried.
 */
public enum RequestClass {
    /** GET or HEAD of an object's bytes: may be retried and hedged before the first byte of the response. */
    OBJECT_READ(Duration.ofSeconds(10), Duration.ofSeconds(60)),
    /** Every other GET, HEAD or OPTIONS, such as listings and subresources: may be retried once. */
    METADATA_READ(Duration.ofSeconds(30), Duration.ofSeconds(60)),
    /**
     * CopyObject, UploadPartCopy and CompleteMultipartUpload: the store works before it responds, and then sends white
     * space. Retried only when nothing was sent.
     */
    LONG_WRITE(Duration.ofMinutes(10), Duration.ofMinutes(10)),
    /** All other requests: retried only when nothing was sent. */
    WRITE(Duration.ofSeconds(60), Duration.ofSeconds(60)),
    /**
     * Requests of no known shape, a class of its own only where rules name actions. Stores interpret such requests
     * differently. Therefore they get the longest limits, and deny rules treat them as every write and every removal.
     */
    UNKNOWN(Duration.ofMinutes(10), Duration.ofMinutes(10));

    private final Duration firstByte;
    private final Duration idle;

    RequestClass(Duration firstByte, Duration idle) {
        this.firstByte = firstByte;
        this.idle = idle;
    }

    /** Maximum time from the end of the request to the first byte of the response, unless a rule sets it. */
    public Duration defaultFirstByte() {
        return firstByte;
    }

    /** Maximum time without data in either direction, unless a rule sets it. */
    public Duration defaultIdle() {
        return idle;
    }

    /** Whether a request may be retried after a node has received it. */
    public boolean repeatable() {
        return this == OBJECT_READ || this == METADATA_READ;
    }

    /**
     * The number of retries of a request of this class, unless a rule sets it. A read whose first byte is late counts
     * as failed, so each retry adds the whole limit to the time until the client gets an error: one retry is enough. A
     * write is retried only when no connection to the node could be opened, which fails fast.
     */
    public int defaultRepetitions() {
        return repeatable() ? 1 : 3;
    }

    /** The class of a request with this action. */
    public static RequestClass of(S3Operation operation) {
        return switch (operation) {
            case GetObject, HeadObject -> OBJECT_READ;
            case CopyObject, UploadPartCopy, CompleteMultipartUpload -> LONG_WRITE;
            default -> OperationShape.of(operation).safe() ? METADATA_READ : WRITE;
        };
    }
}
