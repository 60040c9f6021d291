package dev.datapath.e2e.bench;

import java.util.List;

/**
 * What was measured in a cluster.
 *
 * @param changes how long changes took
 * @param operators what operators needed
 * @param gatewaySeconds how long gateways took to be ready, from the start of their first process
 * @param leaders what happened when the leader was killed
 * @param lastGood a start without operators
 */
record ClusterFigures(
        List<Changes> changes,
        List<Operator> operators,
        List<Double> gatewaySeconds,
        List<LeaderChange> leaders,
        LastGood lastGood) {

    /**
     * Changes of one rule.
     *
     * @param world what else there is
     * @param nanos from before the server-side apply until every gateway did as it says
     */
    record Changes(String world, List<Long> nanos) {
        double millis(double percentile) {
            return Figures.percentile(nanos, percentile) / 1e6;
        }
    }

    /**
     * Operators.
     *
     * @param world what they look after
     * @param leaderMib resident memory of the one that leads
     * @param leaderPeakMib the most it had
     * @param standbyMib resident memory of one that stands by
     * @param readySeconds from the start of a process until its pod was ready
     */
    record Operator(String world, long leaderMib, long leaderPeakMib, long standbyMib, List<Double> readySeconds) {}

    /**
     * The leader was killed, and its pod deleted.
     *
     * @param seconds until a change that was made afterwards was enforced by every gateway
     * @param requests that were made meanwhile
     * @param failed how many of them failed
     */
    record LeaderChange(double seconds, int requests, int failed) {}

    /**
     * A gateway that starts while no operator is there.
     *
     * @param rules of the configuration
     * @param bytes of it as it is kept, compressed
     * @param gatewaySeconds from the start of its first process until the pod was ready
     */
    record LastGood(int rules, int bytes, double gatewaySeconds) {}
}
