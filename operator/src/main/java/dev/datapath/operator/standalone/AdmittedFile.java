package dev.datapath.operator.standalone;

import dev.datapath.operator.manifest.LastAdmitted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The versions of objects that were admitted last, in a file that only this user may read. Safe for several threads. */
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
            took("the versions of objects that are in effect are not kept for the next start, retrying: "
                    + e.getMessage());
            throw e;
        }
    }

    /** Why the newest versions are not kept; empty when they are. */
    Optional<String> problem() {
        return problem.isEmpty() ? Optional.empty() : Optional.of(problem);
    }

    /** Each attempt makes a draft of another name, which some messages hold: one message is enough. */
    private void took(String now) {
        if (now.isEmpty() == problem.isEmpty()) {
            return;
        }
        problem = now;
        LOG.log(
                now.isEmpty() ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
                now.isEmpty() ? "the versions of objects that are in effect are kept for the next start" : now);
    }
}
