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
    /** There is nothing to run: no part of the object is valid. */
    Invalid
}
