package dev.datapath.operator.threads;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Gathers changes that come in storms, such as one failing node that a thousand gateways report, and wakes who depends on them
 * once: each topic is woken one pause after its first change, for all changes until then. Safe for several threads.
 *
 * @param <T> a topic: what may have changed
 */
public final class Wakes<T> {
    private static final System.Logger LOG = System.getLogger(Wakes.class.getName());

    private final BiConsumer<Duration, Runnable> timer;
    private final Duration pause;
    private final Consumer<T> wake;
    private final Set<T> changed = new LinkedHashSet<>();
    private boolean scheduled;

    /**
     * @param timer does something after a while, on another thread
     * @param pause how long changes are gathered, and so how much later they are seen
     * @param wake has the topic looked at; when it throws, the topic is woken again after another pause
     */
    public Wakes(BiConsumer<Duration, Runnable> timer, Duration pause, Consumer<T> wake) {
        this.timer = timer;
        this.pause = pause;
        this.wake = wake;
    }

    /** A topic changed. */
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
