package dev.datapath.operator.standalone;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Starts gateways and finds processes that an earlier operator left running. */
interface GatewayLauncher {

    /** Starts a process; the caller ensures that every other process of that gateway was retired or has ended. */
    GatewayProcess start(GatewaySpec spec) throws IOException;

    /** The running processes of this gateway, started with any settings; a process to keep is the first one. */
    List<Found> find(GatewaySpec spec);

    /** Every gateway process of a work directory. */
    List<OrphanedGateway> all(Path workDirectory);

    /**
     * A process that an earlier operator started.
     *
     * @param directory the gateway's directory
     * @param process the process
     * @param drainTimeout maximum time for its transfers
     */
    record OrphanedGateway(Path directory, GatewayProcess process, Duration drainTimeout) {}

    /**
     * A process that was already running.
     *
     * @param process the process
     * @param fits whether it runs exactly with the specification, and was not retired
     */
    record Found(GatewayProcess process, boolean fits) {}
}
