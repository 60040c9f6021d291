package dev.datapath.e2e.bench;

import dev.datapath.e2e.rig.DatapathProcess;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.TestPki.PemPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** A gateway of {@code datapath run} on a directory of its own, with the configuration the operator renders. */
final class BenchGateway implements Proxy {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int MOST_BUCKETS = 64;

    private final String name;
    private final List<String> buckets;
    private final int clear;
    private final int tls;
    private final RuleFiles files;
    private final DatapathProcess process;
    private final Duration untilReady;
    private final Duration untilServing;
    private final long pid;

    /**
     * @param rules how many rules, each with a bucket of its own; 0 sends everything to pool {@code a} without a rule
     * @param pools the pools' YAML: {@code a} and {@code b}
     */
    BenchGateway(String name, Path directory, int rules, Manifests.Shape shape, PemPair certificate, String... pools)
            throws IOException {
        this.name = name;
        int count = Math.min(rules, MOST_BUCKETS);
        // Spread over all of them, the last one first.
        this.buckets = IntStream.range(0, count)
                .mapToObj(i -> Manifests.bucket(rules - 1 - (int) ((long) i * rules / count)))
                .toList();
        clear = Ports.free();
        tls = Ports.free();
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("datapath.yaml"), Manifests.dataPath(clear, tls));
        Files.writeString(
                directory.resolve("secret.yaml"),
                Manifests.secret(certificate.certificate(), certificate.privateKey()));
        Files.writeString(directory.resolve("pools.yaml"), String.join("---\n", pools));
        files = new RuleFiles(directory, rules, shape);
        long start = System.nanoTime();
        process = DatapathProcess.start(directory, 1, 1);
        try {
            untilReady = process.awaitReady();
            awaitServing();
            untilServing = Duration.ofNanos(System.nanoTime() - start);
            pid = process.gatewayPids().getFirst();
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    private void awaitServing() {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (!serves()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the gateway does not serve: " + process.logTail());
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    private boolean serves() {
        try (var probe = new Probe(clear)) {
            return probe.storeOf(buckets.getFirst()).equals("a");
        } catch (IOException notYet) {
            return false;
        }
    }

    /** The files that hold its rules. */
    RuleFiles files() {
        return files;
    }

    /** From the operator's start until it said that it is ready. */
    Duration untilReady() {
        return untilReady;
    }

    /** From the operator's start until the gateway served a request. */
    Duration untilServing() {
        return untilServing;
    }

    long operatorPid() {
        return process.operatorPid();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int port(boolean withTls) {
        return withTls ? tls : clear;
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public List<String> buckets() {
        return buckets;
    }

    @Override
    public void close() {
        process.close();
    }
}
