package dev.datapath.operator.standalone;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** The process of a gateway, started or found. */
interface GatewayProcess {
    long pid();

    boolean alive();

    /** Completes when the process has ended. */
    CompletableFuture<?> ended();

    /**
     * Moves its admin socket, which allows another process to use the gateway's directory, before it completes its
     * transfers. A later operator detects this too.
     *
     * @throws IOException when its admin interface is unreachable
     */
    void retire() throws IOException;

    /** Ends it at once and aborts its transfers (SIGTERM). */
    void terminate();

    /** Ends it when it does not react to SIGTERM (SIGKILL). */
    void kill();

    /** Its admin interface. */
    GatewayAdmin admin();

    /** The last logged error of the process; empty when there is none. */
    String lastWords();

    /**
     * Its log of health check events, see {@link dev.datapath.operator.envoy.admin.NodeTable}; empty when there is
     * none.
     */
    String checkEvents() throws IOException;

    /** Limits the size of its log files. */
    void trimLogs();
}
