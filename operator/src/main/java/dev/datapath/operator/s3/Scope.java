package dev.datapath.operator.s3;

/** What the address of a request names. */
public enum Scope {
    /** Neither bucket nor key. */
    SERVICE,
    /** A bucket without a key. */
    BUCKET,
    /** A key in a bucket. */
    OBJECT
}
