package dev.datapath.operator.engine;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.model.ObjectKey;
import java.io.IOException;
import java.util.Optional;

/**
 * Stores one small text for each DataPath across restarts and leader changes: in a ConfigMap in a cluster, in a file standalone.
 * Thread-safe, if each DataPath is processed by one thread at a time.
 */
public interface StateStore {
    /** Maximum number of characters of a text: the size limit of a Kubernetes object, with a margin. */
    int MOST_CHARACTERS = 768 << 10;

    /** The object or file with the text of a DataPath, for messages. */
    String place(ObjectKey dataPath);

    /**
     * The text of exactly this DataPath; empty when there is none. Never waits for the network.
     *
     * @throws IOException when there is a text that cannot be read; see the message
     */
    Optional<String> read(DataPath dataPath) throws IOException;

    /**
     * Replaces the text of a DataPath in one step.
     *
     * @throws IOException when it is not stored; see the message
     */
    void write(DataPath dataPath, String text) throws IOException;

    /**
     * Deletes the text of a deleted DataPath. Does nothing where the text is deleted with the DataPath.
     *
     * @throws IOException when it could not be deleted; see the message
     */
    void delete(ObjectKey dataPath) throws IOException;
}
