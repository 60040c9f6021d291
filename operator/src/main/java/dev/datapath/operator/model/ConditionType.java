package dev.datapath.operator.model;

/** The conditions that compilation decides. */
public enum ConditionType {
    /** The object is valid. */
    Accepted,
    /** All objects that it references exist. */
    ResolvedRefs
}
