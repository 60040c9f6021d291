package dev.datapath.operator.standalone;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes the loop; several wakes before it looks count as one. Safe for several threads. */
final class Signal {
    private final Semaphore permits = new Semaphore(0);

    void wake() {
        if (permits.availablePermits() == 0) {
            permits.release();
        }
    }

    /** Returns when somebody woke the loop, or after the limit. */
    void await(Duration limit) throws InterruptedException {
        if (permits.tryAcquire(Math.max(0, limit.toMillis()), TimeUnit.MILLISECONDS)) {
            permits.drainPermits();
        }
    }
}
