package dev.datapath.operator.standalone;

import dev.datapath.operator.threads.Recurrence;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Trims the logs of gateways every second, on its own thread. Thread-safe. */
final class LogTrimmer implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final Set<GatewayProcess> processes = ConcurrentHashMap.newKeySet();
    private final Recurrence recurrence = new Recurrence("log-trimmer", this::trim);

    /** Trims the logs of a process until it ends. */
    void follow(GatewayProcess process) {
        if (processes.add(process)) {
            recurrence.within(PERIOD);
        }
    }

    @Override
    public void close() {
        recurrence.close();
    }

    private Duration trim() {
        processes.removeIf(process -> !process.alive());
        processes.forEach(GatewayProcess::trimLogs);
        return PERIOD;
    }
}
