package dev.datapath.operator.threads;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Runs tasks after a delay, on its own thread. A task that throws is logged and retried: without the retry an object
 * would wait for its next resync. Thread-safe.
 */
public final class RetryingTimer implements BiConsumer<Duration, Runnable>, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RetryingTimer.class.getName());
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);

    private final ScheduledThreadPoolExecutor thread;
    private final Duration afterFailure;
    private final Stalls stalls;

    public RetryingTimer() {
        this(AFTER_FAILURE, new Stalls(System::nanoTime));
    }

    public RetryingTimer(Duration afterFailure, Stalls stalls) {
        thread = new ScheduledThreadPoolExecutor(1, Daemons.named("timer"));
        // After the timer is closed, new tasks are discarded.
        thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        this.afterFailure = afterFailure;
        this.stalls = stalls;
    }

    @Override
    public void accept(Duration pause, Runnable task) {
        var unused = thread.schedule(() -> run(task), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void run(Runnable task) {
        try (var running = stalls.begin()) {
            task.run();
        } catch (RuntimeException | Error failed) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "a timer's task failed, retrying in " + afterFailure.toMillis() + " ms",
                    failed);
            accept(afterFailure, task);
        }
    }

    /** Whether its tasks complete. */
    public boolean alive() {
        return stalls.alive();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
