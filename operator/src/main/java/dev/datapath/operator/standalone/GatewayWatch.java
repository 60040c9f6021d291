package dev.datapath.operator.standalone;

import dev.datapath.operator.control.Daemons;
import dev.datapath.operator.control.NodeTable;
import dev.datapath.operator.control.Stalls;
import dev.datapath.operator.status.NodeReport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks gateways over their admin sockets whether they serve and how they see the nodes: every second, and more often until
 * they are ready. Safe for several threads.
 */
final class GatewayWatch implements AutoCloseable {

    /**
     * What a gateway said last.
     *
     * @param process which process said it
     * @param ready whether it serves
     * @param nodes by pool; empty until it is ready
     */
    record Answer(GatewayProcess process, boolean ready, Map<String, List<NodeReport>> nodes) {}

    private static final System.Logger LOG = System.getLogger(GatewayWatch.class.getName());
    private static final Duration WHEN_READY = Duration.ofSeconds(1);
    private static final Duration UNTIL_READY = Duration.ofMillis(50);

    private final Runnable onChange;
    private final ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(
            2,
            Daemons.named("watch"),
            // After the end nobody is asked any more.
            new ThreadPoolExecutor.DiscardPolicy());
    private final Map<GatewayId, Answer> answers = new ConcurrentHashMap<>();
    private final Map<GatewayId, GatewayProcess> followed = new ConcurrentHashMap<>();
    private final Stalls stalls = new Stalls(System::nanoTime);

    /** @param onChange called, on any thread, when an answer differs from the one before */
    GatewayWatch(Runnable onChange) {
        this.onChange = onChange;
    }

    /** Asks this process from now on, until it ends or another one follows it. Does nothing when it is asked already. */
    void follow(GatewayId id, GatewayProcess process) {
        if (!process.equals(followed.put(id, process))) {
            ask(id, process);
        }
    }

    /** Stops asking. */
    void forget(GatewayId id) {
        followed.remove(id);
        answers.remove(id);
    }

    @Nullable
    Answer answer(GatewayId id) {
        return answers.get(id);
    }

    /** Whether questions come to an end: there are threads for a number of them. */
    boolean alive() {
        return stalls.alive();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void ask(GatewayId id, GatewayProcess process) {
        threads.execute(() -> {
            if (process.equals(followed.get(id)) && process.alive()) {
                var pause = pauseAfter(id, process);
                var unused = threads.schedule(() -> ask(id, process), pause.toMillis(), TimeUnit.MILLISECONDS);
            }
        });
    }

    /** Asks once. Nobody would ask the gateway again after an error, so that is logged. */
    private Duration pauseAfter(GatewayId id, GatewayProcess process) {
        try (var asking = stalls.begin()) {
            var answer = answer(id, process);
            if (!answer.equals(answers.put(id, answer))) {
                onChange.run();
            }
            process.trimLogs();
            return answer.ready() ? WHEN_READY : UNTIL_READY;
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "asking gateway " + id.name() + " failed, retrying", e);
            return WHEN_READY;
        }
    }

    private static Answer answer(GatewayId id, GatewayProcess process) {
        try {
            process.admin().get("/ready");
            var clusters = process.admin().get("/clusters?format=json");
            return new Answer(process, true, NodeTable.parse(id.name(), clusters, process::checkEvents));
        } catch (IOException notReady) {
            return new Answer(process, false, Map.of());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer(process, false, Map.of());
        }
    }
}
