package dev.datapath.operator.cli;

import jakarta.inject.Singleton;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Where the run stands, for health checks. */
@Singleton
final class RunState {
    private record Running(BooleanSupplier ready, BooleanSupplier alive) {}

    private volatile @Nullable Running running;

    /**
     * It runs.
     *
     * @param ready whether it does what it is for
     * @param alive whether it can go on; when not, nothing but a restart helps
     */
    void started(BooleanSupplier ready, BooleanSupplier alive) {
        running = new Running(ready, alive);
    }

    boolean started() {
        return running != null;
    }

    boolean ready() {
        var now = running;
        return now != null && now.ready().getAsBoolean();
    }

    boolean alive() {
        var now = running;
        return now == null || now.alive().getAsBoolean();
    }
}
