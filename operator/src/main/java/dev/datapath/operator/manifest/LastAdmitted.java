package dev.datapath.operator.manifest;

import java.io.IOException;
import java.util.Optional;

/**
 * Keeps a text over a restart: the versions that were admitted last. They may only be readable for the user that runs the program,
 * because annotations and ConfigMaps can hold anything.
 */
public interface LastAdmitted {
    /** Keeps nothing. */
    LastAdmitted NONE = new LastAdmitted() {
        @Override
        public Optional<String> read() {
            return Optional.empty();
        }

        @Override
        public void write(String text) {}
    };

    /** The text that was written last; empty when there is none. */
    Optional<String> read() throws IOException;

    /** Replaces the text in one step. When that fails, it is tried again until it succeeds. */
    void write(String text) throws IOException;
}
