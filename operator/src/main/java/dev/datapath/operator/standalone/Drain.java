package dev.datapath.operator.standalone;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Ends a gateway without cutting a transfer: readiness fails, nothing new is accepted, responses close their connection, and
 * when no request is under way and no byte waits to be sent, the process is ended. Envoy itself drops everything on SIGTERM.
 *
 * @param poll between two looks at what is still under way
 * @param grace for a process to end after it was told to
 */
record Drain(Duration poll, Duration grace) {
    static final Drain DEFAULT = new Drain(Duration.ofMillis(100), Duration.ofSeconds(5));

    private static final System.Logger LOG = System.getLogger(Drain.class.getName());

    /**
     * What is under way: requests, and responses in the send buffers of connections whose request counts as done. What
     * the admin interface serves is left out: it is the very request that asks.
     */
    private static final String STATS = "/stats?filter=downstream_(rq_active|cx_tx_bytes_buffered)$";

    private static final Pattern VALUE = Pattern.compile("^http\\.(?!admin\\.)\\S+: (\\d+)\\s*$", Pattern.MULTILINE);

    /**
     * Blocks until the process has ended.
     *
     * @param timeout the longest transfer that is waited for
     * @param closed runs, perhaps several times, when the ports of the gateway can be opened by another process
     * @throws InterruptedException when the thread was interrupted, which ends the waiting and the process at once
     */
    void run(String name, GatewayProcess process, Duration timeout, Runnable closed) throws InterruptedException {
        try {
            if (process.alive()) {
                quiesce(name, process, timeout, closed);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "gateway {0} cannot be drained: {1}", name, e.getMessage());
        } finally {
            end(process);
            closed.run();
        }
    }

    private void quiesce(String name, GatewayProcess process, Duration timeout, Runnable closed)
            throws IOException, InterruptedException {
        process.retire();
        var admin = process.admin();
        admin.post("/healthcheck/fail");
        admin.post("/drain_listeners");
        long end = System.nanoTime() + timeout.toNanos();
        while (process.alive() && underWay(admin.get(STATS)) > 0) {
            if (System.nanoTime() >= end) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "gateway {0} is stopped after {1}, transfers are cut",
                        name,
                        timeout);
                return;
            }
            Thread.sleep(poll);
            // Envoy's workers close the listeners after the answer, within milliseconds.
            closed.run();
        }
    }

    private static long underWay(String stats) {
        return VALUE.matcher(stats)
                .results()
                .mapToLong(value -> Long.parseLong(value.group(1)))
                .sum();
    }

    private void end(GatewayProcess process) {
        process.terminate();
        try {
            process.ended()
                    .copy()
                    .orTimeout(grace.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException late) {
            process.kill();
            process.ended().join();
        }
    }
}
