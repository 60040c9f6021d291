package dev.datapath.e2e.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** VersityGW over a directory, where its binary is installed: property {@code datapath.versitygw}, {@code DATAPATH_VERSITYGW} or PATH. */
final class VersityGwProgram implements StoreProgram {
    private static final InstalledProgram BINARY = new InstalledProgram("versitygw", "versitygw");

    @Override
    public String name() {
        return "versitygw";
    }

    @Override
    public String toString() {
        return name();
    }

    @Override
    public Optional<String> missing() {
        return BINARY.find().isPresent()
                ? Optional.empty()
                : Optional.of("versitygw is not installed: go install github.com/versity/versitygw/cmd/versitygw@latest"
                        + " and put it on PATH or in DATAPATH_VERSITYGW");
    }

    @Override
    public String healthPath() {
        return "/health";
    }

    @Override
    public ChildProcess startNode(Path directory, int index, int port) {
        try {
            var data = Files.createDirectories(directory.resolve("data"));
            var sidecar = Files.createDirectories(directory.resolve("sidecar"));
            // Without --keep-alive it closes every connection after one answer.
            var command = List.of(
                    BINARY.find().orElseThrow().toString(),
                    "--port",
                    "127.0.0.1:" + port,
                    "--health",
                    healthPath(),
                    "--keep-alive",
                    "--virtual-domain",
                    S3Store.BASE_DOMAIN,
                    "--quiet",
                    "posix",
                    "--sidecar",
                    sidecar.toString(),
                    data.toString());
            var environment = Map.of("ROOT_ACCESS_KEY", S3Store.ACCESS_KEY, "ROOT_SECRET_KEY", S3Store.SECRET_KEY);
            return ChildProcess.start(
                    "versitygw node " + index, command, environment, directory.resolve("node-" + index + ".log"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare versitygw node " + index + " in " + directory, e);
        }
    }
}
