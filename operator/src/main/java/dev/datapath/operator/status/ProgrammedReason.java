package dev.datapath.operator.status;

/** Why {@code Programmed} has its status. */
public enum ProgrammedReason {
    /** Every gateway that should run acknowledged the current configuration. */
    Programmed,
    /** Gateways start or take the configuration over. */
    Pending,
    /** A gateway refused it, and runs the parts of it that it could take, or the one before. */
    Rejected,
    /** No gateway runs. */
    NoGateways,
    /** The gateways run, and clients have no address for them yet. */
    AddressNotAssigned,
    /** What runs the gateways is not as it should be: an object is not ours, or the API server refuses it. */
    Blocked,
    /** There is nothing to run: no part of the object is valid, or a listener is not opened. */
    Invalid
}
