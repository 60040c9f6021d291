package dev.datapath.operator.engine;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.model.ObjectKey;
import java.io.IOException;
import java.util.Optional;

/**
 * Keeps one small text for each DataPath over restarts of operators and changes of the leader: a ConfigMap in a cluster, a file standalone.
 * Safe for several threads, as long as each DataPath is one thread's at a time.
 */
public interface StateStore {
    /** Characters of a text at most: what a Kubernetes object can hold, with a margin. */
    int MOST_CHARACTERS = 768 << 10;

    /** Names the object or file that holds the text of a DataPath, for messages. */
    String place(ObjectKey dataPath);

    /**
     * The text of this very DataPath; empty when there is none. Never waits for another machine.
     *
     * @throws IOException when there is one that cannot be read; the message says why
     */
    Optional<String> read(DataPath dataPath) throws IOException;

    /**
     * Replaces the text of a DataPath in one step.
     *
     * @throws IOException when it is not stored; the message says why
     */
    void write(DataPath dataPath, String text) throws IOException;

    /**
     * Deletes the text of a DataPath that does not exist any more. Does nothing where it is deleted with the DataPath.
     *
     * @throws IOException when it is still there; the message says why
     */
    void delete(ObjectKey dataPath) throws IOException;
}
