package dev.datapath.operator.status;

/** Whether a condition holds. */
public enum ConditionStatus {
    True,
    False,
    Unknown
}
