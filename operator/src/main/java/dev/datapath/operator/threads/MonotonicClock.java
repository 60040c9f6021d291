package dev.datapath.operator.threads;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * A clock for elapsed time. It starts at the current time of day, which is useful only in logs, and then advances
 * steadily, even when the time of day is changed. A delay that is measured with it therefore has the intended length.
 *
 * <p>Instants of two such clocks cannot be compared, nor those of such a clock with the time of day. Use the time of
 * day for values that people read, that are stored for another process, or that come from elsewhere, such as the expiry
 * of a certificate. Thread-safe.
 */
public final class MonotonicClock implements InstantSource {
    private final LongSupplier nanos;
    private final Instant begin;
    private final long beginNanos;

    public MonotonicClock() {
        this(InstantSource.system(), System::nanoTime);
    }

    MonotonicClock(InstantSource timeOfDay, LongSupplier nanos) {
        this.nanos = nanos;
        begin = timeOfDay.instant();
        beginNanos = nanos.getAsLong();
    }

    @Override
    public Instant instant() {
        return begin.plusNanos(nanos.getAsLong() - beginNanos);
    }
}
