package dev.datapath.operator.threads;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Does something after a while, on a thread of its own. A task that throws is logged and tried again: without it an object would
 * wait for its next resync. Safe for several threads.
 */
public final class LookTimer implements BiConsumer<Duration, Runnable>, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LookTimer.class.getName());
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);

    private final ScheduledThreadPoolExecutor thread;
    private final Duration afterFailure;
    private final Stalls stalls;

    public LookTimer() {
        this(AFTER_FAILURE, new Stalls(System::nanoTime));
    }

    public LookTimer(Duration afterFailure, Stalls stalls) {
        thread = new ScheduledThreadPoolExecutor(1, Daemons.named("looks"));
        // After the end nothing is due any more.
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

    /** Whether its tasks come to an end. */
    public boolean alive() {
        return stalls.alive();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
