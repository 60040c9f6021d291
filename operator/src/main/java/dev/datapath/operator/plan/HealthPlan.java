package dev.datapath.operator.plan;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When a node receives no requests.
 *
 * @param active periodic health checks of each node
 * @param passive outlier detection from responses to clients
 * @param panicThresholdPercent when the share of healthy nodes is lower, all nodes are used; 0 disables this
 */
public record HealthPlan(Active active, Passive passive, int panicThresholdPercent) {

    /**
     * A periodic check.
     *
     * @param probe the request and the expected response
     * @param port port of the check; null for the node's S3 port
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
     * An HTTP request without credentials, and the response of a healthy node.
     *
     * @param method GET, HEAD or OPTIONS
     * @param path request target, with its query
     * @param expectedStatuses any of these; empty accepts every status, because a process that responds is alive
     * @param bodyContains text that the first 64 KiB of the body contain, or null
     * @param clearText without TLS, to nodes that clients' requests reach over TLS
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
     * Ejection of a node that fails clients' requests: connection errors, resets, bytes that are not HTTP, a truncated
     * body, a first byte that exceeds its timeout, 502 and 504. A 503 or 500 never counts: the node has responded, and
     * an overloaded node is not down.
     *
     * @param consecutiveErrors errors in a row; a share of failures among at least twice as many requests ejects as
     *     well
     * @param ejectFor duration of the first ejection; each further ejection is longer, up to ten times as long
     * @param maxEjectedPercent share of the pool's nodes that may be ejected at the same time; one node may always be
     *     ejected
     */
    public record Passive(int consecutiveErrors, Duration ejectFor, int maxEjectedPercent) {}
}
