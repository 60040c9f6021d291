package dev.datapath.operator.standalone;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Starts gateways and finds those that an earlier operator left running. */
interface GatewayLauncher {

    /** Starts a process; the caller made sure that none of that gateway runs. */
    GatewayProcess start(GatewaySpec spec) throws IOException;

    /** The process of this gateway that is running already, started in whatever way. */
    Optional<Found> find(GatewaySpec spec);

    /** Every gateway process of a work directory. */
    List<Leftover> all(Path workDirectory);

    /**
     * A process that an earlier operator started.
     *
     * @param directory the gateway's directory
     * @param process the process
     * @param drainTimeout the longest transfer that was to survive
     */
    record Leftover(Path directory, GatewayProcess process, Duration drainTimeout) {}

    /**
     * A process that was there before.
     *
     * @param process the process
     * @param fits whether it runs just as the specification asks for
     */
    record Found(GatewayProcess process, boolean fits) {}
}
