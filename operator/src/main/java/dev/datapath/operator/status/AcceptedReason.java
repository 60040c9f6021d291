package dev.datapath.operator.status;

/**
 * Reasons of {@code Accepted} and {@code ResolvedRefs} without an error; with an error, the reason is that of the
 * finding.
 */
enum AcceptedReason {
    Accepted,
    ResolvedRefs,
    /** The object has not been evaluated yet. */
    Pending
}
