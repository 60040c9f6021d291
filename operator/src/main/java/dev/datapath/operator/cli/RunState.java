package dev.datapath.operator.cli;

import dev.datapath.operator.standalone.Standalone;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Where the run stands, for health checks. */
@Singleton
final class RunState {
    private volatile @Nullable Standalone standalone;

    void started(Standalone running) {
        standalone = running;
    }

    boolean started() {
        return standalone != null;
    }

    boolean ready() {
        var running = standalone;
        return running != null && running.ready();
    }

    boolean alive() {
        var running = standalone;
        return running == null || running.alive();
    }
}
