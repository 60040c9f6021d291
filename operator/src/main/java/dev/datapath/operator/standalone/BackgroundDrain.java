package dev.datapath.operator.standalone;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Drains gateways concurrently, each on its own thread, and wakes the loop when a gateway has closed its ports or has
 * ended.
 */
final class BackgroundDrain implements Gateway.Drainer {
    private final Drain drain;
    private final Runnable wake;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private volatile boolean hurry;

    BackgroundDrain(Drain drain, Runnable wake) {
        this.drain = drain;
        this.wake = wake;
    }

    @Override
    public Gateway.Draining drain(String name, GatewayProcess process, Duration timeout) {
        var closed = new CompletableFuture<Void>();
        var ended = new CompletableFuture<Void>();
        var thread = Thread.ofPlatform().daemon().name("drain-" + name).unstarted(() -> {
            try {
                drain.run(name, process, timeout, () -> {
                    if (closed.complete(null)) {
                        wake.run();
                    }
                });
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
            } finally {
                threads.remove(Thread.currentThread());
                closed.complete(null);
                ended.complete(null);
                wake.run();
            }
        });
        threads.add(thread);
        thread.start();
        if (hurry) {
            thread.interrupt();
        }
        return new Gateway.Draining(closed, ended);
    }

    /** Ends every drain and its process at once, current and future ones. */
    void hurry() {
        hurry = true;
        threads.forEach(Thread::interrupt);
    }
}
