package dev.datapath.e2e.rig;

import dev.datapath.api.v1alpha1.RoutingPolicyStatus;
import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.manifest.ManifestReader;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.standalone.Overview;
import dev.datapath.operator.standalone.Standalone;
import dev.datapath.operator.standalone.StandaloneOptions;
import io.fabric8.kubernetes.api.model.Condition;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The product in standalone mode, inside this JVM, over a directory of its own; its Envoy processes are real. */
public final class StandaloneGateway implements GatewayUnderTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Path directory;
    private final int port;
    private final int size;
    private final Standalone standalone;
    private final Thread hook = Thread.ofPlatform().unstarted(this::killGateways);
    private final Map<String, String> policies = new ConcurrentHashMap<>();
    private @Nullable Overview overview;

    private StandaloneGateway(int size, IntFunction<String> manifest) throws IOException {
        this.size = size;
        this.port = Ports.freeRun(size);
        this.directory = Files.createTempDirectory("datapath-rig-");
        var source = Files.createDirectory(directory.resolve("manifests"));
        write("datapath.yaml", manifest.apply(port));
        var options = new StandaloneOptions(
                source, size, 1, "127.0.0.1", 1, directory.resolve("work"), EnvoyBinary.require());
        var reader = new ManifestReader(ApiCatalog.load(), List.of(source), InstantSource.system());
        // Gateways outlive an operator that was not stopped, which is right everywhere but here.
        Runtime.getRuntime().addShutdownHook(hook);
        this.standalone = Standalone.start(options, reader, new SimpleMeterRegistry(), this::show);
        await(
                "a gateway runs",
                seen -> seen.gateways().size() == size
                        && seen.gateways().stream().allMatch(row -> row.state().equals("running")));
    }

    /** Starts a fleet of that size with nothing routed yet; returns when its gateways run. */
    public static StandaloneGateway start(int size) {
        return start(size, Manifests::dataPath);
    }

    /**
     * The same with a DataPath of the caller's.
     *
     * @param manifest the YAML of the DataPath that {@link Manifests} names, and of all it needs, given its listener's port
     */
    public static StandaloneGateway start(int size, IntFunction<String> manifest) {
        try {
            return new StandaloneGateway(size, manifest);
        } catch (IOException e) {
            throw new UncheckedIOException("the gateway cannot start", e);
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int port(int gateway) {
        return port + gateway;
    }

    @Override
    public List<Long> pids() {
        return await("a gateway runs", seen -> true).gateways().stream()
                .map(Overview.GatewayRow::pid)
                .toList();
    }

    @Override
    public void route(Routing routing) {
        policy(routing.name(), Manifests.of(routing));
    }

    @Override
    public void policy(String name, String yaml) {
        var policy = new ObjectRef("RoutingPolicy", Manifests.NAMESPACE, name);
        // The status of the policy that it replaces says that it is programmed, too.
        long replaced = yaml.equals(policies.put(name, yaml)) ? 0 : generation(policy);
        write(name + ".yaml", yaml);
        await(
                policy + " is programmed",
                seen -> programmed(seen.statuses().get(policy)).anyMatch(generation -> generation > replaced));
    }

    private synchronized long generation(ObjectRef policy) {
        return overview == null
                ? 0
                : programmed(overview.statuses().get(policy)).max().orElse(0);
    }

    /** The generation that is programmed at each target; none unless it is at all. */
    private static LongStream programmed(@Nullable Object status) {
        if (!(status instanceof RoutingPolicyStatus policy)) {
            return LongStream.empty();
        }
        var programmed = policy.ancestors().stream()
                .flatMap(ancestor -> ancestor.conditions().stream())
                .filter(condition -> condition.getType().equals("Programmed")
                        && condition.getStatus().equals("True"))
                .toList();
        return programmed.size() == policy.ancestors().size()
                ? programmed.stream().mapToLong(Condition::getObservedGeneration)
                : LongStream.empty();
    }

    /** Writes the DataPath and all it needs anew, and does not wait. */
    public void replace(String manifest) {
        write("datapath.yaml", manifest);
    }

    private void write(String name, String text) {
        try {
            var draft = Files.writeString(directory.resolve(name), text);
            Files.move(draft, directory.resolve("manifests").resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + name, e);
        }
    }

    private synchronized void killGateways() {
        if (overview != null) {
            overview.gateways().forEach(row -> ProcessHandle.of(row.pid()).ifPresent(ProcessHandle::destroyForcibly));
        }
    }

    private synchronized void show(Overview seen) {
        overview = seen;
        notifyAll();
    }

    private synchronized Overview await(String what, Predicate<Overview> condition) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            var seen = overview;
            if (seen != null && condition.test(seen)) {
                return seen;
            }
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                throw new IllegalStateException("not within " + LIMIT + ": " + what + "; seen: " + seen);
            }
            try {
                wait(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted before: " + what, e);
            }
        }
    }

    /** Stops the gateways without waiting for transfers, and removes the directory. */
    @Override
    public void close() {
        try {
            standalone.hurry();
            standalone.stop();
            standalone.close();
            forgetHook();
            try (var files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + directory, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void forgetHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // The hook runs by now, and nothing is left for it.
        }
    }
}
