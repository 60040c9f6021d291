package dev.datapath.operator.status;

/** Reasons of the conditions that come from measurements. */
enum MeasureReason {
    /** Nothing is measured for this objective. */
    NotMeasured
}
