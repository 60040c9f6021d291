package dev.datapath.operator.status;

/** The types of conditions; they stand in status as they are here. */
public enum ConditionName {
    /** The object is valid. */
    Accepted,
    /** What it names exists. */
    ResolvedRefs,
    /** Every ready gateway runs it. */
    Programmed,
    /** The pool's nodes can serve requests. */
    EndpointsHealthy,
    /** There are figures to judge an objective by. */
    MetricsAvailable,
    /** The promise of an objective is kept. */
    Met
}
