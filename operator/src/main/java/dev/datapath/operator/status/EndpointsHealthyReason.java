package dev.datapath.operator.status;

/** Why {@code EndpointsHealthy} has its status. */
public enum EndpointsHealthyReason {
    /** Every node gets requests. */
    AllHealthy,
    /** Some nodes get no requests, or none at some gateways; the others serve. */
    Degraded,
    /** No node can serve, at any gateway. */
    NoHealthyNodes,
    /** At every gateway so few nodes are healthy that it uses the others too, rather than overload the rest. */
    Panic,
    /** No gateway has checked the nodes. */
    Unknown
}
