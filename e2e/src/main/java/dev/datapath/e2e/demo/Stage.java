package dev.datapath.e2e.demo;

import dev.datapath.e2e.rig.BuildTree;
import dev.datapath.e2e.rig.DatapathProcess;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.S3Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** The store and the product in front of it, made from {@code examples/resilience} with the addresses of this run. */
final class Stage implements AutoCloseable {
    static final int NODES = 4;
    static final int GATEWAYS = 2;

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final String EXAMPLE = "examples/resilience/datapath.yaml";

    private final Path directory;
    private final int firstPort = Ports.freeRun(GATEWAYS);
    private final CompletableFuture<S3Store> store;
    private final DatapathProcess datapath;
    private final StatusFiles status;
    private final long start = System.nanoTime();

    private Stage(Path directory) throws IOException {
        this.directory = directory;
        this.status = new StatusFiles(directory);
        // Nodes and operator start at the same time; the ports of the nodes are known before they serve.
        var ports = new CompletableFuture<int[]>();
        store = CompletableFuture.supplyAsync(() -> S3Store.start(S3Store.s3proxy(), NODES, ports::complete));
        store.whenComplete((ready, failure) -> {
            if (failure != null) {
                ports.completeExceptionally(failure);
            }
        });
        Files.writeString(directory.resolve("datapath.yaml"), manifest(firstPort, ports.join()));
        datapath = DatapathProcess.start(directory, GATEWAYS, 1);
    }

    static Stage start() {
        try {
            return new Stage(Files.createTempDirectory("datapath-demo-"));
        } catch (IOException e) {
            throw new UncheckedIOException("no directory for the demo", e);
        }
    }

    private static String manifest(int listenerPort, int[] nodePorts) throws IOException {
        var text = replaced(
                Files.readString(BuildTree.projectRoot().resolve(EXAMPLE)), "port: 8080", "port: " + listenerPort);
        for (int i = 0; i < NODES; i++) {
            text = replaced(text, "port: 900" + i + "}", "port: " + nodePorts[i] + "}");
        }
        return text;
    }

    private static String replaced(String text, String old, String now) {
        if (!text.contains(old)) {
            throw new IllegalStateException(
                    EXAMPLE + " no longer holds \"" + old + "\": the demo must learn its new form");
        }
        return text.replace(old, now);
    }

    /** Returns when every node serves, with the seconds since the start. */
    double awaitStore() {
        store.join();
        return seconds();
    }

    /** Returns when all gateways run the configuration and know their nodes, with the seconds since the start. */
    double awaitGateways() {
        await("the gateways are not programmed", () -> status.allTrue("Programmed"));
        await("the nodes are not all healthy", () -> status.healthyNodes().equals(NODES + "/" + NODES));
        return seconds();
    }

    /** Returns when the gateways see that many healthy nodes. */
    void awaitHealthy(int nodes) {
        await(
                "the gateways do not see " + nodes + " nodes",
                () -> status.healthyNodes().equals(nodes + "/" + NODES));
    }

    private interface Goal {
        boolean reached();
    }

    private void await(String otherwise, Goal goal) {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (!goal.reached()) {
            if (System.nanoTime() > end || !datapath.alive()) {
                throw new IllegalStateException(otherwise + ": " + datapath.logTail());
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    private double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    S3Store store() {
        return store.join();
    }

    StatusFiles status() {
        return status;
    }

    /** The S3 ports of the gateways. */
    int[] gatewayPorts() {
        return IntStream.range(0, GATEWAYS).map(i -> firstPort + i).toArray();
    }

    /** The directory with the YAML and, below it, the status. */
    Path directory() {
        return directory;
    }

    /** Ends everything and removes every file, all at the same time. */
    @Override
    public void close() {
        var stopping = CompletableFuture.runAsync(datapath::close);
        store.handle((ready, failure) -> ready)
                .thenAccept(ready -> {
                    if (ready != null) {
                        ready.close();
                    }
                })
                .join();
        stopping.join();
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + directory, e);
        }
    }
}
