package dev.datapath.operator.standalone;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Starts gateways and finds those that an earlier operator left running. */
interface GatewayLauncher {

    /** Starts a process; the caller made sure that any other one of that gateway was retired or has ended. */
    GatewayProcess start(GatewaySpec spec) throws IOException;

    /** The processes of this gateway that run already, started in whatever way; one to keep comes before all others. */
    List<Found> find(GatewaySpec spec);

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
     * @param fits whether it runs just as the specification asks for, and was not retired
     */
    record Found(GatewayProcess process, boolean fits) {}
}
