package dev.datapath.operator.manifest;

import java.io.IOException;
import java.util.Optional;

/** Stores admitted versions in memory; simulates a full disk. */
final class KeptText implements LastAdmitted {
    private volatile String text = "";
    private volatile boolean full;

    @Override
    public Optional<String> read() {
        return Optional.of(text);
    }

    @Override
    public void write(String text) throws IOException {
        if (full) {
            throw new IOException("No space left on device");
        }
        this.text = text;
    }

    String text() {
        return text;
    }

    void full(boolean full) {
        this.full = full;
    }
}
