package dev.datapath.operator.standalone;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** A gateway's process, started or found. */
interface GatewayProcess {
    long pid();

    boolean alive();

    /** Completes when the process has ended. */
    CompletableFuture<?> ended();

    /**
     * Leaves its place in the gateway's directory to another process, before it finishes its transfers. The next operator sees it too.
     *
     * @throws IOException when its admin interface cannot be reached
     */
    void retire() throws IOException;

    /** Ends it at once, with all its transfers (SIGTERM). */
    void terminate();

    /** Ends it when it does not listen any more (SIGKILL). */
    void kill();

    /** Its admin interface. */
    GatewayAdmin admin();

    /** What the process said last about why it cannot go on; empty when nothing. */
    String lastWords();

    /** What it logged of health checks, see {@link dev.datapath.operator.envoy.admin.NodeTable}; empty when nothing. */
    String checkEvents() throws IOException;

    /** Keeps what it writes to disk within bounds. */
    void trimLogs();
}
