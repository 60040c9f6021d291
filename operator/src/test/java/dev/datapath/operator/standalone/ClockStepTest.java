package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.manifest.ManifestReader;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The time of day is set, as by NTP or when a virtual machine resumes. */
@Tag("tier2")
class ClockStepTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();

    @TempDir
    Path directory;

    private final AtomicReference<Duration> step = new AtomicReference<>(Duration.ZERO);
    private final InstantSource timeOfDay = () -> Instant.now().plus(step.get());
    private Path source;
    private InProcessLauncher launcher;
    private Standalone operator;

    @BeforeEach
    void start() throws IOException {
        source = Files.createDirectory(directory.resolve("source"));
        var work = directory.resolve("w");
        launcher = new InProcessLauncher(work.resolve("xds.sock"));
        declare(8080);
        operator = Standalone.start(
                new StandaloneOptions(source, 1, 0, "127.0.0.1", 1, work, Path.of("envoy")),
                new ManifestReader(CATALOG, List.of(source), timeOfDay),
                new SimpleMeterRegistry(),
                overview -> {},
                launcher,
                (namespace, host) -> List.of(),
                timeOfDay);
        await().untilAsserted(() -> assertThat(status()).contains("observedGeneration: 1", "reason: Programmed"));
    }

    @AfterEach
    void close() throws IOException {
        launcher.close();
        operator.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-PT1H", "PT1H"})
    void statusGoesOnWhenTheTimeOfDayIsSet(String by) throws IOException {
        step.set(Duration.parse(by));
        declare(8081);
        await().untilAsserted(() -> assertThat(status()).contains("observedGeneration: 2", "reason: Programmed"));
        Files.writeString(source.resolve("other.yaml"), "kind: [");
        await().until(() -> Files.exists(source.resolve(".status/findings.txt")));
    }

    private String status() throws IOException {
        var file = source.resolve(".status/datapath-ai-training.yaml");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    private void declare(int port) throws IOException {
        var draft = Files.writeString(directory.resolve("draft"), """
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: training, namespace: ai}
                spec:
                  listeners: [{name: s3, protocol: HTTP, port: %d, hostnames: [s3.lan]}]
                """.formatted(port));
        Files.move(draft, source.resolve("training.yaml"), StandardCopyOption.ATOMIC_MOVE);
    }
}
