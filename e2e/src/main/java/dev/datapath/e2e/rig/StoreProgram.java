package dev.datapath.e2e.rig;

import java.nio.file.Path;
import java.util.Optional;

/** A real S3 server that can run as several processes over one store. */
public interface StoreProgram {
    /** Its name, for people. */
    String name();

    /** Why it cannot run on this machine and what to do about it; empty when it can. */
    Optional<String> missing();

    /** Path of an unsigned request that answers once the node serves. */
    String healthPath();

    /**
     * Starts what all nodes share (a metadata server, say) and returns it; the nodes are started after it is ready.
     *
     * @param directory the store's own directory
     */
    default Optional<ChildProcess> startShared(Path directory) {
        return Optional.empty();
    }

    /**
     * Starts one node. It need not be ready when this returns.
     *
     * @param directory the store's own directory, the same for all nodes
     * @param index the node's number, from 0
     * @param port where it must listen on 127.0.0.1
     */
    ChildProcess startNode(Path directory, int index, int port);
}
