package dev.datapath.e2e.bench;

import java.util.concurrent.locks.LockSupport;

/** Holds a thread back so that it moves no more bytes per second than it should. */
final class Pace {
    private final long bytesPerSecond;
    private final long start = System.nanoTime();

    Pace(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Waits until so many bytes since the start are within the pace. */
    void await(long bytes) {
        long due = start + (long) (bytes * 1e9 / bytesPerSecond);
        for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
            LockSupport.parkNanos(due - now);
        }
    }
}
