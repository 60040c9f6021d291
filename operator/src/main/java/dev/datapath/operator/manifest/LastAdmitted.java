package dev.datapath.operator.manifest;

import java.io.IOException;
import java.util.Optional;

/**
 * Stores a text across a restart: the versions that were admitted last. Only the user of the program may be able to
 * read them, because annotations and ConfigMaps can contain anything.
 */
public interface LastAdmitted {
    /** Stores nothing. */
    LastAdmitted NONE = new LastAdmitted() {
        @Override
        public Optional<String> read() {
            return Optional.empty();
        }

        @Override
        public void write(String text) {}
    };

    /** The last written text; empty when there is none. */
    Optional<String> read() throws IOException;

    /** Replaces the text atomically. A failed write is repeated until it succeeds. */
    void write(String text) throws IOException;
}
