package dev.datapath.operator.threads;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MonotonicClockTest {
    private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");

    private final AtomicReference<Instant> timeOfDay = new AtomicReference<>(T0);
    /** {@link System#nanoTime} may start at any value, and overflows from the highest to the lowest. */
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);

    private final InstantSource clock = new MonotonicClock(timeOfDay::get, nanos::get);

    @ParameterizedTest
    @ValueSource(strings = {"-PT1H", "PT1H"})
    void goesForwardAsTimeElapsesWhateverTheTimeOfDayIsSetTo(String by) {
        timeOfDay.set(T0.plus(Duration.parse(by)));
        assertThat(clock.instant()).isEqualTo(T0);
        nanos.addAndGet(Duration.ofSeconds(3).toNanos());
        assertThat(clock.instant()).isEqualTo(T0.plusSeconds(3));
    }

    @Test
    void goesForwardForYears() {
        nanos.addAndGet(Duration.ofDays(10_000).toNanos());
        assertThat(clock.instant()).isEqualTo(T0.plus(Duration.ofDays(10_000)));
    }
}
