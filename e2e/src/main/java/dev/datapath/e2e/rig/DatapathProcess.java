package dev.datapath.e2e.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** {@code bin/datapath run} on a directory of YAML, started as a user starts it: one operator and its gateways. */
public final class DatapathProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final Path workDirectory;
    private final ChildProcess process;
    private final int httpPort;
    private final long startedNanos = System.nanoTime();

    private DatapathProcess(Path directory, int gateways, int portOffset) throws IOException {
        workDirectory = Files.createTempDirectory("dp-");
        httpPort = Ports.free();
        process = ChildProcess.start(
                "datapath run",
                List.of(
                        BuildTree.projectRoot().resolve("bin/datapath").toString(),
                        "run",
                        directory.toString(),
                        "--gateways",
                        Integer.toString(gateways),
                        "--port-offset",
                        Integer.toString(portOffset),
                        "--http-port",
                        Integer.toString(httpPort),
                        "--work-dir",
                        workDirectory.resolve("w").toString(),
                        "--no-table"),
                Map.of("DATAPATH_ENVOY", EnvoyBinary.require().toString()),
                workDirectory.resolve("operator.log"));
    }

    /** Starts it and returns at once. Gateway {@code i} listens on the listeners' ports plus {@code i * portOffset}. */
    public static DatapathProcess start(Path directory, int gateways, int portOffset) {
        try {
            return new DatapathProcess(directory, gateways, portOffset);
        } catch (IOException e) {
            throw new UncheckedIOException("no directory for the gateways' files", e);
        }
    }

    /** Returns when the operator says that it is ready, with the time that took since its start. */
    public Duration awaitReady() {
        process.awaitReady(START_LIMIT, this::ready);
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    /** Whether the operator says that it is ready. */
    public boolean ready() {
        return new HealthUrl(URI.create("http://127.0.0.1:" + httpPort + "/q/health/ready")).serves();
    }

    /** The operator's process id. */
    public long operatorPid() {
        return process.pid();
    }

    /** The process ids of the gateways, in their order. */
    public List<Long> gatewayPids() {
        var own = workDirectory + "/";
        return ProcessHandle.allProcesses()
                .filter(handle -> bootstrap(handle).startsWith(own))
                .sorted(Comparator.comparing(DatapathProcess::bootstrap))
                .map(ProcessHandle::pid)
                .toList();
    }

    private static String bootstrap(ProcessHandle handle) {
        return handle.info()
                .arguments()
                .map(Arrays::stream)
                .orElse(Stream.empty())
                .filter(argument -> argument.endsWith("/bootstrap.json"))
                .findFirst()
                .orElse("");
    }

    /** The end of what the operator wrote. */
    public String logTail() {
        return process.logTail();
    }

    /** Whether the operator runs. */
    public boolean alive() {
        return process.alive();
    }

    /** Ends operator and gateways, and removes their files. */
    @Override
    public void close() {
        process.close();
        // An operator that was killed leaves its gateways alone, as it should; here nobody comes back for them.
        gatewayPids().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        try (var files = Files.walk(workDirectory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + workDirectory, e);
        }
    }
}
