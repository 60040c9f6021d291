package dev.datapath.e2e.rig;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A program that may be installed on this machine.
 *
 * @param name of its file on {@code PATH}
 * @param key the system property {@code datapath.<key>} or the environment variable {@code DATAPATH_<KEY>} holds its path
 */
public record InstalledProgram(String name, String key) {
    /** Where it is: what the property says, else the environment variable, else {@code others}, else {@code PATH}. */
    public Optional<Path> find(Path... others) {
        return Stream.<Stream<Path>>of(
                        named(System.getProperty("datapath." + key)),
                        named(System.getenv("DATAPATH_" + key.toUpperCase(java.util.Locale.ROOT))),
                        Arrays.stream(others),
                        onPath())
                .flatMap(candidates -> candidates)
                .filter(Files::isExecutable)
                .map(Path::toAbsolutePath)
                .findFirst();
    }

    private Stream<Path> onPath() {
        var path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        return Arrays.stream(path.split(File.pathSeparator)).map(dir -> Path.of(dir, name));
    }

    private static Stream<Path> named(@Nullable String path) {
        return path == null || path.isBlank() ? Stream.empty() : Stream.of(Path.of(path));
    }
}
