package dev.datapath.operator.threads;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * A clock for elapsed time. It begins at the time of day, which is only of use in logs, and then goes forward evenly, whatever the time
 * of day is set to: a pause that is measured with it lasts as long as it should.
 *
 * <p>Instants of two of these, or of one and the time of day, cannot be compared. What people see, what is stored for another process,
 * and what comes from elsewhere, such as the end of a certificate, is of the time of day. Safe for several threads.
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
