package dev.datapath.e2e.xds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A client that asks one thing after the other, and expects the same answer to each. */
final class SteadyRequests implements AutoCloseable {
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicInteger sent = new AtomicInteger();
    private final Thread thread;
    private volatile boolean stop;

    private SteadyRequests(int port, String path, String expected) {
        thread = Thread.ofPlatform().daemon().start(() -> {
            while (!stop) {
                var answer = LiveEnvoy.get(port, path);
                sent.incrementAndGet();
                if (!answer.equals(expected)) {
                    failures.add(answer);
                }
            }
        });
    }

    static SteadyRequests to(int port, String path, String expected) {
        return new SteadyRequests(port, path, expected);
    }

    /** How many were answered so far. */
    int count() {
        return sent.get();
    }

    /** Ends the client and tells whether all went well. */
    void assertNoneFailed() throws InterruptedException {
        stop = true;
        thread.join();
        assertThat(failures).as("of %s requests", sent).isEmpty();
        assertThat(sent.get()).isPositive();
    }

    @Override
    public void close() {
        stop = true;
    }
}
