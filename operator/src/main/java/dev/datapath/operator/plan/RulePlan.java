package dev.datapath.operator.plan;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a matched request is handled.
 *
 * @param id {@code namespace/policy/rule}: stable, and the name of the rule in Envoy, metrics and logs
 * @param action forward or deny
 * @param timeouts limits on waiting, never on a whole transfer
 * @param retry retries, within the limits of the request's operation
 * @param hedge a second attempt at a slow object read, or null
 * @param mirror copies of object reads to another pool, or null
 */
public record RulePlan(
        String id,
        Action action,
        Timeouts timeouts,
        Retry retry,
        @Nullable Hedge hedge,
        @Nullable Mirror mirror) {

    /** The action on the request. */
    public sealed interface Action {}

    /** Forwards it to one of the backends, by weight. */
    public record Forward(List<WeightedBackend> backends) implements Action {
        public Forward {
            backends = List.copyOf(backends);
        }
    }

    /**
     * Denies it.
     *
     * @param code an S3 error code such as {@code AccessDenied}
     * @param status the HTTP status that S3 returns with this code
     */
    public record Deny(String code, int status) implements Action {}

    /**
     * A backend and its share: weight divided by the sum of the rule's weights. A backend of weight 0 receives no
     * requests.
     */
    public record WeightedBackend(Backend backend, int weight) {}

    /**
     * Limits on waiting.
     *
     * @param firstByte from the end of the request to the first byte of the response; null for the default of the
     *     request's operation class (10 minutes for copies and CompleteMultipartUpload, whose responses are late)
     * @param idle without a byte in either direction; null for the default
     */
    public record Timeouts(
            @Nullable Duration firstByte, @Nullable Duration idle) {}

    /**
     * Retries.
     *
     * @param attempts further attempts after the first, 0 to 5; null for the default of the request's operation class
     * @param backoff delay before the first retry; doubles up to ten times the initial delay, with jitter
     */
    public record Retry(@Nullable Integer attempts, Duration backoff) {}

    /**
     * A second attempt on another node while the first one is still active; the first response wins.
     *
     * @param after time without a response header after which the second attempt starts
     */
    public record Hedge(Duration after) {}

    /**
     * Copies of object reads, whose responses are discarded.
     *
     * @param pool receives the copies
     * @param percent share of the reads that is copied, 1 to 100
     */
    public record Mirror(String pool, int percent) {}
}
