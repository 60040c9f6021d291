package dev.datapath.operator.xds;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Distributes the threads of an executor among peers: the tasks of one peer form a lane, lanes take turns, and one lane
 * never has all threads. Therefore a peer that floods the server slows down only itself. Thread-safe.
 */
final class Lanes {
    private final Executor threads;
    private final int mostPerLane;
    private final Map<Object, Lane> lanes = new HashMap<>();
    private final Deque<Lane> ready = new ArrayDeque<>();

    private static final class Lane {
        private final Object peer;
        private final Deque<Runnable> tasks = new ArrayDeque<>();
        private int running;
        private boolean queued;

        Lane(Object peer) {
            this.peer = peer;
        }
    }

    /** @param mostPerLane maximum threads of one lane at a time; less than the number of threads */
    Lanes(Executor threads, int mostPerLane) {
        this.threads = threads;
        this.mostPerLane = mostPerLane;
    }

    /** Runs tasks in the lane of a peer, in order, several at a time. */
    Executor of(Object peer) {
        return task -> add(peer, task);
    }

    /** The number of lanes with tasks. */
    synchronized int size() {
        return lanes.size();
    }

    private void add(Object peer, Runnable task) {
        boolean start;
        synchronized (this) {
            var lane = lanes.computeIfAbsent(peer, Lane::new);
            lane.tasks.add(task);
            start = enqueue(lane);
        }
        if (start) {
            threads.execute(this::runNext);
        }
    }

    private void runNext() {
        Lane lane;
        Runnable task;
        boolean more;
        synchronized (this) {
            lane = ready.removeFirst();
            lane.queued = false;
            task = lane.tasks.removeFirst();
            lane.running++;
            more = enqueue(lane);
        }
        if (more) {
            threads.execute(this::runNext);
        }
        try {
            task.run();
        } finally {
            finished(lane);
        }
    }

    private void finished(Lane lane) {
        boolean more;
        synchronized (this) {
            lane.running--;
            more = enqueue(lane);
            if (lane.running == 0 && lane.tasks.isEmpty()) {
                lanes.remove(lane.peer);
            }
        }
        if (more) {
            threads.execute(this::runNext);
        }
    }

    /** Adds the lane to the queue if it is not there. Returns whether it was added, which requires one more turn. */
    private boolean enqueue(Lane lane) {
        if (lane.queued || lane.tasks.isEmpty() || lane.running >= mostPerLane) {
            return false;
        }
        lane.queued = true;
        ready.addLast(lane);
        return true;
    }
}
