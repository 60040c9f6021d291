package dev.datapath.operator.xds;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/** Checks that threads accept tasks: each of them must run one task per beat. Thread-safe. */
final class Heartbeat {
    private final List<Executor> watched;
    private final List<AtomicLong> last;
    private final long limitNanos;
    private final LongSupplier nanoTime;
    private final AtomicLong lastBeat;

    /**
     * @param limit time since the last completed task after which a thread counts as stalled; several times the
     *     interval between beats
     * @param nanoTime a monotonic clock, {@code System::nanoTime}
     */
    Heartbeat(List<Executor> watched, Duration limit, LongSupplier nanoTime) {
        this.watched = List.copyOf(watched);
        this.limitNanos = limit.toNanos();
        this.nanoTime = nanoTime;
        var now = nanoTime.getAsLong();
        this.lastBeat = new AtomicLong(now);
        this.last = IntStream.range(0, watched.size())
                .mapToObj(i -> new AtomicLong(now))
                .toList();
    }

    /** Must be called at regular intervals. */
    void beat() {
        lastBeat.set(nanoTime.getAsLong());
        for (int i = 0; i < watched.size(); i++) {
            var answered = last.get(i);
            watched.get(i).execute(() -> answered.set(nanoTime.getAsLong()));
        }
    }

    /** Whether there was a beat within the limit, and all threads have run a task within it. */
    boolean alive() {
        var now = nanoTime.getAsLong();
        return now - lastBeat.get() <= limitNanos
                && last.stream().allMatch(answered -> now - answered.get() <= limitNanos);
    }
}
