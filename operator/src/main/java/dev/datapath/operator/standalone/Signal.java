package dev.datapath.operator.standalone;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes the loop; several wakes before the next pass count as one. Thread-safe. */
final class Signal {
    private final Semaphore permits = new Semaphore(0);

    void wake() {
        if (permits.availablePermits() == 0) {
            permits.release();
        }
    }

    /** Returns when the loop was woken, or after the limit. */
    void await(Duration limit) throws InterruptedException {
        if (permits.tryAcquire(Math.max(0, limit.toMillis()), TimeUnit.MILLISECONDS)) {
            permits.drainPermits();
        }
    }
}
