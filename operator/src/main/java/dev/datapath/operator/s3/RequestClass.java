package dev.datapath.operator.s3;

import dev.datapath.api.v1alpha1.S3Operation;
import java.time.Duration;

/**
 * Requests that a gateway treats alike. Every HTTP request belongs to exactly one class, also one whose S3 action is not
 * known here; the class says how long an answer may take and what may be repeated.
 */
public enum RequestClass {
    /** GET or HEAD of an object's bytes: may be repeated and hedged before the first byte of the response. */
    OBJECT_READ(Duration.ofSeconds(10), Duration.ofSeconds(60)),
    /** Every other GET, HEAD or OPTIONS, such as listings and subresources: may be repeated once. */
    METADATA_READ(Duration.ofSeconds(30), Duration.ofSeconds(60)),
    /**
     * CopyObject, UploadPartCopy and CompleteMultipartUpload: the store works before it answers and then sends white
     * space; repeated only when nothing was sent.
     */
    LONG_WRITE(Duration.ofMinutes(10), Duration.ofMinutes(10)),
    /** All other requests: repeated only when nothing was sent. */
    WRITE(Duration.ofSeconds(60), Duration.ofSeconds(60)),
    /**
     * Requests of no known shape, told apart only where rules name actions: stores differ in what they take such a request
     * for, so it gets the longest limits and counts as every write and every removal for rules that deny.
     */
    UNKNOWN(Duration.ofMinutes(10), Duration.ofMinutes(10));

    private final Duration firstByte;
    private final Duration idle;

    RequestClass(Duration firstByte, Duration idle) {
        this.firstByte = firstByte;
        this.idle = idle;
    }

    /** How long the first byte of the response may take after the end of the request, when no rule says it. */
    public Duration defaultFirstByte() {
        return firstByte;
    }

    /** How long nothing may move in either direction, when no rule says it. */
    public Duration defaultIdle() {
        return idle;
    }

    /** Whether a request may be sent again after a node has seen it. */
    public boolean repeatable() {
        return this == OBJECT_READ || this == METADATA_READ;
    }

    /**
     * How often a request of this class is repeated when no rule says it. A read whose first byte comes too late counts as
     * failed, so each repetition adds the whole limit to the time until a client learns of it: one is enough. A write is
     * repeated only when no connection to the node could be opened, which is quick.
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
