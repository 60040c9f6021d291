package dev.datapath.operator.names;

import dev.datapath.operator.threads.Daemons;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * Runs look-ups on a bounded number of threads. A look-up without a response blocks its thread for as long as the
 * system's resolver tries. Therefore each namespace has a bounded share, and the namespace with the fewest running
 * look-ups is next. Thread-safe.
 */
final class LookUpQueue implements AutoCloseable {
    static final int THREADS = 64;
    static final int PER_NAMESPACE = 16;
    /** Threads reserved for namespaces without a running look-up. */
    private static final int RESERVE = 16;

    private final ExecutorService threads = Executors.newCachedThreadPool(Daemons.named("dns"));
    /** The namespace that has been waiting for the longest time is first. */
    private final Map<String, Queue<Runnable>> waiting = new LinkedHashMap<>();

    private final Map<String, Integer> underWay = new HashMap<>();
    private int busy;

    /** Runs the look-up when it is the turn of its namespace. */
    synchronized void submit(String namespace, Runnable lookUp) {
        waiting.computeIfAbsent(namespace, key -> new ArrayDeque<>()).add(lookUp);
        startNext();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private synchronized void ended(String namespace) {
        busy--;
        underWay.computeIfPresent(namespace, (key, count) -> count == 1 ? null : count - 1);
        startNext();
    }

    private void startNext() {
        while (true) {
            var next = waiting.keySet().stream()
                    .filter(this::mayStart)
                    .min(Comparator.comparingInt(this::underWay))
                    .orElse(null);
            if (next == null) {
                return;
            }
            var queue = waiting.remove(next);
            if (queue == null) {
                continue;
            }
            var lookUp = queue.poll();
            if (lookUp == null) {
                continue;
            }
            if (queue != null && !queue.isEmpty()) {
                waiting.put(next, queue);
            }
            if (!start(next, lookUp)) {
                return;
            }
        }
    }

    private boolean start(String namespace, Runnable lookUp) {
        try {
            threads.execute(() -> {
                try {
                    lookUp.run();
                } finally {
                    ended(namespace);
                }
            });
        } catch (RejectedExecutionException closed) {
            return false;
        }
        busy++;
        underWay.merge(namespace, 1, Integer::sum);
        return true;
    }

    private boolean mayStart(String namespace) {
        int own = underWay(namespace);
        return busy < (own == 0 ? THREADS : THREADS - RESERVE) && own < PER_NAMESPACE;
    }

    private int underWay(String namespace) {
        return underWay.getOrDefault(namespace, 0);
    }
}
