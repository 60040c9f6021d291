package dev.datapath.operator.compile;

/** The conditions that compile decides about. */
public enum ConditionType {
    /** The object is valid. */
    Accepted,
    /** What it names exists. */
    ResolvedRefs
}
