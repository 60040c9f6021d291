package dev.datapath.operator.source.cluster;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Which of many first reads are under way: few at the same time, and of one namespace half of them, so that a namespace with thousands
 * of names does not hold up others. Not safe for several threads.
 *
 * @param <R> what reads
 */
final class ReadTurns<R> {
    /** An answer of 1.5 MB takes about three times that while it is read. */
    private static final int MOST = 16;

    private static final int MOST_OF_NAMESPACE = MOST / 2;

    private final Function<R, String> namespace;
    private final Consumer<R> start;
    private final Deque<R> queued = new ArrayDeque<>();
    private final Set<R> reading = new HashSet<>();

    /** @param start begins to read; called by the methods below */
    ReadTurns(Function<R, String> namespace, Consumer<R> start) {
        this.namespace = namespace;
        this.start = start;
    }

    /** It reads when its turn comes. */
    void add(R read) {
        queued.add(read);
    }

    /** It does not read, or its answer is not awaited any more. */
    void remove(R read) {
        queued.remove(read);
        reading.remove(read);
    }

    /** The read was answered, or failed: others have their turn. */
    void ended(R read) {
        if (reading.remove(read)) {
            startNext();
        }
    }

    /** Starts as many as may be under way, in the order in which they were added. */
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
