package dev.datapath.e2e.bench;

/**
 * A figure the project wants to reach, and the one it reached in this run.
 *
 * @param what the figure
 * @param wanted the aim
 * @param measured what came out
 * @param reached whether that is good enough
 */
record Aim(String what, String wanted, String measured, boolean reached) {}
