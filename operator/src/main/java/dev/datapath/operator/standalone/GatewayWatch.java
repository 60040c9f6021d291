package dev.datapath.operator.standalone;

import dev.datapath.operator.control.Daemons;
import dev.datapath.operator.control.NodeTable;
import dev.datapath.operator.status.NodeReport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
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

    private static final Duration WHEN_READY = Duration.ofSeconds(1);
    private static final Duration UNTIL_READY = Duration.ofMillis(50);

    private final Runnable onChange;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2, Daemons.named("watch"));
    private final Map<GatewayId, Answer> answers = new ConcurrentHashMap<>();
    private final Map<GatewayId, GatewayProcess> followed = new ConcurrentHashMap<>();

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

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void ask(GatewayId id, GatewayProcess process) {
        threads.execute(() -> {
            if (process.equals(followed.get(id)) && process.alive()) {
                var answer = answer(id, process);
                if (!answer.equals(answers.put(id, answer))) {
                    onChange.run();
                }
                process.trimLogs();
                var pause = answer.ready() ? WHEN_READY : UNTIL_READY;
                threads.schedule(() -> ask(id, process), pause.toMillis(), TimeUnit.MILLISECONDS);
            }
        });
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
