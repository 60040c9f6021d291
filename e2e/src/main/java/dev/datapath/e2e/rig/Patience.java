package dev.datapath.e2e.rig;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for something to come true. */
public final class Patience {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private Patience() {}

    /**
     * @param what is waited for, for the message
     * @param everyMillis how often is asked
     * @throws IllegalStateException when it does not come true within ten minutes
     */
    public static void await(String what, long everyMillis, BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("not within " + LIMIT.toMinutes() + " minutes: " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(everyMillis).toNanos());
        }
    }
}
