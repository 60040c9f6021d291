package dev.datapath.operator.standalone;

import java.time.Duration;

/**
 * The delay before a gateway that ended is restarted: doubles from the first to the longest delay.
 *
 * @param first delay after the first failure
 * @param longest maximum delay
 * @param stable a gateway that ran for this time before it ended starts with the first delay again
 */
record Backoff(Duration first, Duration longest, Duration stable) {
    /** 0.25 s to 30 s; a gateway counts as stable after one minute. */
    static final Backoff DEFAULT = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(30), Duration.ofMinutes(1));

    /** @param failures number of previous consecutive failures, 0 for the first time */
    Duration delay(int failures) {
        var delay = first.multipliedBy(1L << Math.min(failures, 20));
        return delay.compareTo(longest) > 0 ? longest : delay;
    }
}
