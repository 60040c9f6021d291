package dev.datapath.operator.plan;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When a node gets no requests.
 *
 * @param active what is asked of each node regularly
 * @param passive what is concluded from its answers to clients
 * @param panicThresholdPercent below this share of healthy nodes all are used; 0 never
 */
public record HealthPlan(Active active, Passive passive, int panicThresholdPercent) {

    /**
     * A regular check.
     *
     * @param probe what is sent and expected
     * @param port where, when it is not the node's S3 port
     * @param interval between checks
     * @param timeout of one check
     * @param unhealthyAfter failures in a row
     * @param healthyAfter successes in a row
     */
    public record Active(
            HttpProbe probe,
            @Nullable Integer port,
            Duration interval,
            Duration timeout,
            int unhealthyAfter,
            int healthyAfter) {}

    /**
     * An HTTP request without credentials, and what a healthy node answers.
     *
     * @param method GET, HEAD or OPTIONS
     * @param path request target, with its query
     * @param expectedStatuses any of these; empty takes every status, since a program that answers is alive
     * @param bodyContains text that the first 64 KiB of the body hold, or null
     * @param clearText without TLS to nodes that are spoken to with TLS
     */
    public record HttpProbe(
            String method,
            String path,
            List<Integer> expectedStatuses,
            @Nullable String bodyContains,
            boolean clearText) {
        public HttpProbe {
            expectedStatuses = List.copyOf(expectedStatuses);
        }
    }

    /**
     * Ejection of a node that fails clients' requests: connection errors, resets, bytes that are not HTTP, a body that
     * breaks off, a first byte that comes too late, 502 and 504. A 503 or 500 never counts: it is an answer, and overloaded is not down.
     *
     * @param consecutiveErrors in a row; a share of failures among at least twice as many requests ejects as well
     * @param ejectFor at least, the first time; longer with each further ejection, up to ten times as long
     * @param maxEjectedPercent of the pool's nodes at the same time; one node may always be ejected
     */
    public record Passive(int consecutiveErrors, Duration ejectFor, int maxEjectedPercent) {}
}
