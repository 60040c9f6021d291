package dev.datapath.operator.status;

/** The types of conditions. Status contains the names exactly as written here. */
public enum ConditionName {
    /** The object is valid. */
    Accepted,
    /** All objects that it references exist. */
    ResolvedRefs,
    /** Every ready gateway runs it. */
    Programmed,
    /** The pool's nodes can serve requests. */
    EndpointsHealthy,
    /** Measurements for an objective are available. */
    MetricsAvailable,
    /** The objective is met. */
    Met
}
