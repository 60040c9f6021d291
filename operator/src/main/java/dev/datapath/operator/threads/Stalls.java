package dev.datapath.operator.threads;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Detects tasks that do not complete, for the liveness probe: a process with a stalled task recovers only by a restart.
 * Thread-safe.
 */
public final class Stalls {
    /** Every task has its own time limits of a few seconds. */
    public static final Duration LIMIT = Duration.ofMinutes(2);

    private final LongSupplier nanos;
    private final Map<Object, Long> begun = new ConcurrentHashMap<>();

    /** @param nanos a clock such as {@link System#nanoTime} */
    public Stalls(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** A running task; closed when it ends, with or without an error. */
    public interface Task extends AutoCloseable {
        @Override
        void close();
    }

    /** Records the start of a task. */
    public Task begin() {
        var task = new Object();
        begun.put(task, nanos.getAsLong());
        return () -> begun.remove(task);
    }

    /** Whether no task has been running for longer than {@link #LIMIT}. */
    public boolean alive() {
        long now = nanos.getAsLong();
        return begun.values().stream().allMatch(start -> now - start < LIMIT.toNanos());
    }
}
