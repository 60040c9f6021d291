package dev.datapath.operator.status;

/** Why {@code EndpointsHealthy} has its status. */
public enum EndpointsHealthyReason {
    /** Every node gets requests. */
    AllHealthy,
    /** Some nodes get no requests; the others serve. */
    Degraded,
    /** No node can serve. */
    NoHealthyNodes,
    /** So few nodes are healthy that gateways use the others too, rather than overload the rest. */
    Panic,
    /** No gateway has checked the nodes. */
    Unknown
}
