package dev.datapath.e2e.rig;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** The Envoy that tests and benchmarks run beside or inside the gateway. */
public final class EnvoyBinary {
    private EnvoyBinary() {}

    /**
     * The binary: system property {@code datapath.envoy}, else environment variable {@code DATAPATH_ENVOY}, else the newest
     * {@code .tools/envoy-<version>/envoy} of the checkout, else {@code envoy} on {@code PATH}.
     */
    public static Optional<Path> find() {
        return Stream.<Stream<Path>>of(
                        named(System.getProperty("datapath.envoy")),
                        named(System.getenv("DATAPATH_ENVOY")),
                        installed(),
                        onPath("envoy"))
                .flatMap(candidates -> candidates)
                .filter(Files::isExecutable)
                .map(Path::toAbsolutePath)
                .findFirst();
    }

    /** The binary, or an error that says how to get it. */
    public static Path require() {
        return find().orElseThrow(() -> new IllegalStateException(
                "Envoy was not found: run gateway-image/install-envoy, or set DATAPATH_ENVOY to the binary"));
    }

    static Stream<Path> onPath(String program) {
        var path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        return Arrays.stream(path.split(File.pathSeparator)).map(dir -> Path.of(dir, program));
    }

    static Stream<Path> named(@org.jspecify.annotations.Nullable String path) {
        return path == null || path.isBlank() ? Stream.empty() : Stream.of(Path.of(path));
    }

    private static Stream<Path> installed() {
        var tools = BuildTree.projectRoot().resolve(".tools");
        if (!Files.isDirectory(tools)) {
            return Stream.empty();
        }
        try (var entries = Files.list(tools)) {
            return entries
                    .filter(dir -> dir.getFileName().toString().startsWith("envoy-"))
                    .sorted(java.util.Comparator.reverseOrder())
                    .map(dir -> dir.resolve("envoy"))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + tools, e);
        }
    }
}
