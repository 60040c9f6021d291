package dev.datapath.operator.model;

/** The conditions that compile decides about. */
public enum ConditionType {
    /** The object is valid. */
    Accepted,
    /** What it names exists. */
    ResolvedRefs
}
