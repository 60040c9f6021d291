package dev.datapath.operator.standalone;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the Envoy binary for the gateways. */
public final class EnvoyBinary {
    /** The system property that names the binary. */
    public static final String PROPERTY = "datapath.envoy";
    /** The environment variable that names the binary. */
    public static final String VARIABLE = "DATAPATH_ENVOY";

    private EnvoyBinary() {}

    /**
     * The binary: system property {@value #PROPERTY}, otherwise environment variable {@value #VARIABLE}, otherwise the
     * newest {@code .tools/envoy-<version>/envoy} of the checkout that contains {@code start}, otherwise {@code envoy}
     * on {@code PATH}. A configured binary that cannot be executed is not replaced by another one.
     *
     * @param start a directory in the checkout, or any other directory
     */
    public static Optional<Path> find(@Nullable String property, Map<String, String> environment, Path start) {
        var named = property != null && !property.isBlank() ? property : environment.getOrDefault(VARIABLE, "");
        if (!named.isBlank()) {
            return Optional.of(Path.of(named).toAbsolutePath()).filter(Files::isExecutable);
        }
        return Stream.concat(installed(start.toAbsolutePath()), onPath(environment.getOrDefault("PATH", "")))
                .filter(Files::isExecutable)
                .map(Path::toAbsolutePath)
                .findFirst();
    }

    private static Stream<Path> installed(Path start) {
        for (@Nullable Path dir = start; dir != null; dir = dir.getParent()) {
            var tools = dir.resolve(".tools");
            if (Files.isDirectory(tools)) {
                return versions(tools);
            }
        }
        return Stream.empty();
    }

    private static Stream<Path> versions(Path tools) {
        try (var entries = Files.list(tools)) {
            return entries
                    .filter(dir -> dir.getFileName().toString().startsWith("envoy-"))
                    .sorted(Comparator.reverseOrder())
                    .map(dir -> dir.resolve("envoy"))
                    .toList()
                    .stream();
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    private static Stream<Path> onPath(String path) {
        return Arrays.stream(path.split(File.pathSeparator))
                .filter(dir -> !dir.isEmpty())
                .map(dir -> Path.of(dir, "envoy"));
    }
}
