package dev.datapath.operator.standalone;

import java.time.Duration;

/**
 * How long to wait before a gateway that ended is started again: doubles from the first to the longest wait.
 *
 * @param first after the first failure
 * @param longest bound of the wait
 * @param stable a gateway that ran this long before it ended starts over with the first wait
 */
record Backoff(Duration first, Duration longest, Duration stable) {
    /** 0.25 s to 30 s; a gateway is well again after a minute. */
    static final Backoff DEFAULT = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(30), Duration.ofMinutes(1));

    /** @param failures how often in a row it failed before, 0 for the first time */
    Duration delay(int failures) {
        var delay = first.multipliedBy(1L << Math.min(failures, 20));
        return delay.compareTo(longest) > 0 ? longest : delay;
    }
}
