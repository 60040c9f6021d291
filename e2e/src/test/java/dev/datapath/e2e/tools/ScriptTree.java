package dev.datapath.e2e.tools;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A copy of the repository's scripts, with a state of its own: what one of them remembers does not reach the next test. */
final class ScriptTree {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final int MINUTES = 2;

    private final Path directory;

    /** @param scripts folders of the repository that are copied, without those in them */
    ScriptTree(Path directory, String... scripts) throws IOException {
        this.directory = directory;
        for (var folder : scripts) {
            var target = Files.createDirectories(directory.resolve(folder));
            try (var files = Files.list(ROOT.resolve(folder))) {
                for (var file : files.filter(Files::isRegularFile).toList()) {
                    Files.copy(
                            file, target.resolve(file.getFileName()), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    /** @param status exit status; {@code out} and {@code err} are its two outputs */
    record Outcome(int status, String out, String err) {}

    Path directory() {
        return directory;
    }

    /** Runs a command in this tree; programs of {@code programs} come first in its path. */
    Outcome run(Path programs, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        var out = directory.resolve("out.txt").toFile();
        var err = directory.resolve("err.txt").toFile();
        var arguments = new ArrayList<>(List.of(command));
        var builder = new ProcessBuilder(arguments).directory(directory.toFile());
        builder.redirectOutput(out).redirectError(err).redirectInput(new File("/dev/null"));
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("DATAPATH_") || name.startsWith("TESTCONTAINERS_"));
        builder.environment().putAll(environment);
        builder.environment().merge("PATH", programs.toString(), (path, first) -> first + File.pathSeparator + path);
        var process = builder.start();
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new IllegalStateException(arguments + " still runs after " + MINUTES + " minutes");
        }
        return new Outcome(process.exitValue(), Files.readString(out.toPath()), Files.readString(err.toPath()));
    }
}
