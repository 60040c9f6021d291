package dev.datapath.operator.threads;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Tells whether tasks that should be short come to an end, for liveness: what hangs for long comes back only with a restart. Safe for several threads. */
public final class Stalls {
    /** Every task has bounds of its own of some seconds. */
    public static final Duration LIMIT = Duration.ofMinutes(2);

    private final LongSupplier nanos;
    private final Map<Object, Long> begun = new ConcurrentHashMap<>();

    /** @param nanos a clock such as {@link System#nanoTime} */
    public Stalls(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** A task that has begun; closed when it ends, however it ends. */
    public interface Task extends AutoCloseable {
        @Override
        void close();
    }

    /** A task begins. */
    public Task begin() {
        var task = new Object();
        begun.put(task, nanos.getAsLong());
        return () -> begun.remove(task);
    }

    /** Whether no task has gone on for longer than {@link #LIMIT}. */
    public boolean alive() {
        long now = nanos.getAsLong();
        return begun.values().stream().allMatch(start -> now - start < LIMIT.toNanos());
    }
}
