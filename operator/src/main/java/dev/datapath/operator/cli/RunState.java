package dev.datapath.operator.cli;

import jakarta.inject.Singleton;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The state of the process, for health checks. */
@Singleton
final class RunState {
    private record Running(BooleanSupplier ready, BooleanSupplier alive) {}

    private volatile @Nullable Running running;

    /**
     * Sets the state to started.
     *
     * @param ready whether it is ready to serve
     * @param alive whether it can continue; if not, only a restart helps
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
