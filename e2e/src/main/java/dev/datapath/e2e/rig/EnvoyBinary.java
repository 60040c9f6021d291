package dev.datapath.e2e.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The Envoy that tests and benchmarks run beside or inside the gateway. */
public final class EnvoyBinary {
    private static final InstalledProgram BINARY = new InstalledProgram("envoy", "envoy");

    private EnvoyBinary() {}

    /**
     * The binary: system property {@code datapath.envoy}, else environment variable {@code DATAPATH_ENVOY}, else the newest
     * {@code .tools/envoy-<version>/envoy} of the checkout, else {@code envoy} on {@code PATH}.
     */
    public static Optional<Path> find() {
        return BINARY.find(installed());
    }

    /** The binary, or an error that says how to get it. */
    public static Path require() {
        return find().orElseThrow(() -> new IllegalStateException(
                "Envoy was not found: run gateway-image/install-envoy, or set DATAPATH_ENVOY to the binary"));
    }

    private static Path[] installed() {
        var tools = BuildTree.projectRoot().resolve(".tools");
        if (!Files.isDirectory(tools)) {
            return new Path[0];
        }
        try (var entries = Files.list(tools)) {
            return entries.filter(dir -> dir.getFileName().toString().startsWith("envoy-"))
                    .sorted(java.util.Comparator.reverseOrder())
                    .map(dir -> dir.resolve("envoy"))
                    .toArray(Path[]::new);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + tools, e);
        }
    }
}
