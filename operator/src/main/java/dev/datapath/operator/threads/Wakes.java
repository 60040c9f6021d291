package dev.datapath.operator.threads;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Coalesces bursts of changes, such as one failing node that a thousand gateways report, and triggers the dependents
 * once. Each topic is triggered one delay after its first change, for all changes until then. Thread-safe.
 *
 * @param <T> a topic: the object that may have changed
 */
public final class Wakes<T> {
    private static final System.Logger LOG = System.getLogger(Wakes.class.getName());

    private final BiConsumer<Duration, Runnable> timer;
    private final Duration pause;
    private final Consumer<T> wake;
    private final Set<T> changed = new LinkedHashSet<>();
    private boolean scheduled;

    /**
     * @param timer runs a task after a delay, on another thread
     * @param pause how long changes are collected, which is also the delay of a change
     * @param wake triggers a topic; when it throws, the topic is triggered again after another delay
     */
    public Wakes(BiConsumer<Duration, Runnable> timer, Duration pause, Consumer<T> wake) {
        this.timer = timer;
        this.pause = pause;
        this.wake = wake;
    }

    /** Records a change of a topic. */
    public void changed(T topic) {
        boolean first;
        synchronized (changed) {
            changed.add(topic);
            first = !scheduled;
            scheduled = true;
        }
        if (first) {
            timer.accept(pause, this::wakeAll);
        }
    }

    private void wakeAll() {
        List<T> topics;
        synchronized (changed) {
            topics = List.copyOf(changed);
            changed.clear();
            scheduled = false;
        }
        for (var topic : topics) {
            try {
                wake.accept(topic);
            } catch (RuntimeException | Error failed) {
                LOG.log(System.Logger.Level.ERROR, "a change of " + topic + " was not processed, retrying", failed);
                changed(topic);
            }
        }
    }
}
