package dev.datapath.operator.standalone;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Ends a gateway without interrupting a transfer: readiness fails, no new connections are accepted, and responses close
 * their connection. When no request is active and no byte waits to be sent, the process is ended. Envoy itself drops
 * all transfers on SIGTERM.
 *
 * @param poll interval between two checks of active transfers
 * @param grace time for a process to end after SIGTERM
 */
record Drain(Duration poll, Duration grace) {
    static final Drain DEFAULT = new Drain(Duration.ofMillis(100), Duration.ofSeconds(5));

    private static final System.Logger LOG = System.getLogger(Drain.class.getName());

    /**
     * Active transfers: requests, and responses in the send buffers of connections whose request counts as completed.
     * Requests to the admin interface are excluded, because this request is one of them.
     */
    private static final String STATS = "/stats?filter=downstream_(rq_active|cx_tx_bytes_buffered)$";

    private static final Pattern VALUE = Pattern.compile("^http\\.(?!admin\\.)\\S+: (\\d+)\\s*$", Pattern.MULTILINE);

    /**
     * Blocks until the process has ended.
     *
     * @param timeout maximum time to wait for transfers
     * @param closed called, possibly several times, when another process can open the gateway's ports
     * @throws InterruptedException when the thread was interrupted, which ends the wait and the process at once
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
                        "gateway {0} is stopped after {1}, active transfers are aborted",
                        name,
                        timeout);
                return;
            }
            Thread.sleep(poll);
            // Envoy's workers close the listeners within milliseconds after the response.
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
