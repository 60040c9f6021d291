package dev.datapath.operator.ca;

/** One step of a CA rotation. */
public enum AuthorityStep {
    /** Nothing. */
    KEEP,
    /** No CA can issue: create one. Gateways that only trust lost CAs cannot connect until they have read their Secret. */
    CREATE,
    /** The current CA will expire: create the next one and distribute it to all peers. */
    INTRODUCE,
    /** Every Secret contains the next CA, or the wait for this timed out: the propagation time starts. */
    ANNOUNCE,
    /** All peers trust the next CA: it becomes the current one. */
    PROMOTE,
    /** A CA has expired or is not valid yet, or all certificates of a previous CA have expired: stop trusting it. */
    DROP
}
