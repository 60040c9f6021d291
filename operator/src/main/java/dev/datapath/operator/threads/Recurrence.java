package dev.datapath.operator.threads;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs a task repeatedly on its own thread: on request, and after the delay that the last run returned. At most one run
 * is scheduled at any time, the earliest one. Thread-safe.
 */
public final class Recurrence implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Recurrence.class.getName());
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);

    private final ScheduledThreadPoolExecutor thread;
    private final Supplier<Duration> task;
    private @Nullable ScheduledFuture<?> next;
    private long latest;

    /**
     * Schedules no run before the first request.
     *
     * @param name name of the thread
     * @param task returns the delay until its next run; a task that throws is logged and runs again after 10 s
     */
    public Recurrence(String name, Supplier<Duration> task) {
        this(new ScheduledThreadPoolExecutor(1, Daemons.named(name)), task);
    }

    /** @param thread a single thread that is used only here and is shut down with this object */
    public Recurrence(ScheduledThreadPoolExecutor thread, Supplier<Duration> task) {
        this.thread = thread;
        this.task = task;
        thread.setRemoveOnCancelPolicy(true);
    }

    /**
     * Schedules a run after this delay at the latest. Does nothing when an earlier run is scheduled, or after close.
     */
    public synchronized void within(Duration pause) {
        if (thread.isShutdown()) {
            return;
        }
        if (next != null) {
            if (next.getDelay(TimeUnit.MILLISECONDS) <= pause.toMillis()) {
                return;
            }
            next.cancel(false);
        }
        long turn = ++latest;
        next = thread.schedule(() -> run(turn), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void close() {
        thread.shutdownNow();
    }

    private void run(long turn) {
        if (begins(turn)) {
            within(pauseAfter());
        }
    }

    private Duration pauseAfter() {
        try {
            return task.get();
        } catch (RuntimeException | Error failed) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "a recurring task failed, retrying in " + AFTER_FAILURE.toSeconds() + " s",
                    failed);
            return AFTER_FAILURE;
        }
    }

    /** A run that was replaced may have left the queue just before its cancellation. */
    private synchronized boolean begins(long turn) {
        if (turn != latest) {
            return false;
        }
        next = null;
        return true;
    }
}
