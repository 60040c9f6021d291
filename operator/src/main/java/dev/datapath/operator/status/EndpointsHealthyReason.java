package dev.datapath.operator.status;

/** Why {@code EndpointsHealthy} has its status. */
public enum EndpointsHealthyReason {
    /** Every node receives requests. */
    AllHealthy,
    /** Some nodes receive no requests, or none from some gateways; the others serve. */
    Degraded,
    /** No node can serve, at any gateway. */
    NoHealthyNodes,
    /**
     * At every gateway so few nodes are healthy that it uses all nodes, because the healthy ones would be overloaded.
     */
    Panic,
    /** No gateway has checked the nodes. */
    Unknown
}
