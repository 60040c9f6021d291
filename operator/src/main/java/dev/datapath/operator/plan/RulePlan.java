package dev.datapath.operator.plan;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a request that a match took.
 *
 * @param id {@code namespace/policy/rule}: stable, and the name of the rule in Envoy, metrics and logs
 * @param action forward or refuse
 * @param timeouts limits on waiting, never on a whole transfer
 * @param retry repeated attempts, within what the request's operation allows
 * @param hedge a second attempt at a slow object read, or null
 */
public record RulePlan(
        String id,
        Action action,
        Timeouts timeouts,
        Retry retry,
        @Nullable Hedge hedge) {

    /** What is done with the request. */
    public sealed interface Action {}

    /** Sends it to one of the backends, by weight. */
    public record Forward(List<WeightedBackend> backends) implements Action {
        public Forward {
            backends = List.copyOf(backends);
        }
    }

    /**
     * Refuses it.
     *
     * @param code an S3 error code such as {@code AccessDenied}
     * @param status the HTTP status that S3 gives with this code
     */
    public record Deny(String code, int status) implements Action {}

    /** A backend and its share: weight divided by the sum of the rule's weights. A weight of 0 gets nothing. */
    public record WeightedBackend(Backend backend, int weight) {}

    /**
     * Limits on waiting.
     *
     * @param firstByte from the end of the request to the first byte of the response; null takes the default of the
     *     request's operation class (10 minutes for copies and CompleteMultipartUpload, which answer late)
     * @param idle without a byte in either direction; null takes the default
     */
    public record Timeouts(
            @Nullable Duration firstByte, @Nullable Duration idle) {}

    /**
     * Repeated attempts.
     *
     * @param attempts further attempts after the first, 0 to 5; null takes the default of the request's operation class
     * @param backoff the wait before the first of them; doubles up to ten times itself, with jitter
     */
    public record Retry(@Nullable Integer attempts, Duration backoff) {}

    /**
     * A second attempt on another node while the first one goes on; the first response wins.
     *
     * @param after so long without a response header
     */
    public record Hedge(Duration after) {}
}
