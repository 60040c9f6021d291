package dev.datapath.operator.standalone;

import dev.datapath.operator.manifest.LastAdmitted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Stores the last admitted versions of objects in a file that only this user may read. Thread-safe. */
final class AdmittedFile implements LastAdmitted {
    private static final System.Logger LOG = System.getLogger(AdmittedFile.class.getName());

    private final Path file;
    private volatile String problem = "";

    AdmittedFile(Path file) {
        this.file = file;
    }

    @Override
    public Optional<String> read() throws IOException {
        return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    }

    @Override
    public void write(String text) throws IOException {
        try {
            PrivateFiles.write(file, text);
            took("");
        } catch (IOException e) {
            took("the object versions in effect cannot be stored for the next start, retrying: " + e.getMessage());
            throw e;
        }
    }

    /** Why the latest versions are not stored; empty when they are. */
    Optional<String> problem() {
        return problem.isEmpty() ? Optional.empty() : Optional.of(problem);
    }

    /**
     * Each attempt creates a temporary file with a different name, which some messages contain: only the first message
     * is logged.
     */
    private void took(String now) {
        if (now.isEmpty() == problem.isEmpty()) {
            return;
        }
        problem = now;
        LOG.log(
                now.isEmpty() ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
                now.isEmpty() ? "the object versions in effect are stored for the next start" : now);
    }
}
