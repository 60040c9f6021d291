package dev.datapath.operator.status;

/** Why {@code Programmed} has its status. */
public enum ProgrammedReason {
    /** Every desired gateway acknowledged the current configuration. */
    Programmed,
    /** Gateways are starting or applying the configuration. */
    Pending,
    /** A gateway rejected the configuration. It runs the parts that it accepted, or the previous configuration. */
    Rejected,
    /** No gateway runs. */
    NoGateways,
    /** The gateways run, but have no address for clients yet. */
    AddressNotAssigned,
    /**
     * The objects that run the gateways are not in their desired state: an object has another owner, or the API server
     * rejects it.
     */
    Blocked,
    /** There is nothing to run: no part of the object is valid, or a listener is not opened. */
    Invalid
}
