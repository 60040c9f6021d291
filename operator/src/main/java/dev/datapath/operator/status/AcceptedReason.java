package dev.datapath.operator.status;

/** Reasons of {@code Accepted} and {@code ResolvedRefs} when nothing is wrong; otherwise it is the finding's. */
enum AcceptedReason {
    Accepted,
    ResolvedRefs,
    /** Nothing has looked at it yet. */
    Pending
}
