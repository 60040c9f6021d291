package dev.datapath.operator.source.cluster;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Limits the concurrent first reads: a few at the same time, and at most half of them for one namespace. Therefore a
 * namespace with thousands of names does not delay others. Not thread-safe.
 *
 * @param <R> a reader
 */
final class ReadTurns<R> {
    /** A response of 1.5 MB takes about three times its size in memory while it is read. */
    private static final int MOST = 16;

    private static final int MOST_OF_NAMESPACE = MOST / 2;

    private final Function<R, String> namespace;
    private final Consumer<R> start;
    private final Deque<R> queued = new ArrayDeque<>();
    private final Set<R> reading = new HashSet<>();

    /** @param start starts a read; called by the methods below */
    ReadTurns(Function<R, String> namespace, Consumer<R> start) {
        this.namespace = namespace;
        this.start = start;
    }

    /** Queues a read. */
    void add(R read) {
        queued.add(read);
    }

    /** Removes a read that is queued, or whose response is no longer needed. */
    void remove(R read) {
        queued.remove(read);
        reading.remove(read);
    }

    /** The read has completed or failed: the next one starts. */
    void ended(R read) {
        if (reading.remove(read)) {
            startNext();
        }
    }

    /** Starts as many queued reads as the limits allow, in order. */
    void startNext() {
        while (reading.size() < MOST) {
            var next = queued.stream()
                    .filter(read -> underWay(namespace.apply(read)) < MOST_OF_NAMESPACE)
                    .findFirst();
            if (next.isEmpty()) {
                return;
            }
            var read = next.get();
            queued.remove(read);
            reading.add(read);
            start.accept(read);
        }
    }

    private long underWay(String of) {
        return reading.stream().filter(read -> namespace.apply(read).equals(of)).count();
    }
}
