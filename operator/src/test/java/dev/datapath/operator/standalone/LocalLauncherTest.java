package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.model.ObjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalLauncherTest {
    @TempDir
    Path work;

    private final LocalLauncher launcher = new LocalLauncher();
    private final List<Process> processes = new ArrayList<>();
    private GatewaySpec spec;
    private Path directory;

    @BeforeEach
    void prepare() throws IOException {
        directory = Files.createDirectories(work.resolve("g").resolve("training-0"));
        spec = GatewaySpec.of(
                new GatewayId(new ObjectKey("ai", "training"), 0),
                directory,
                Path.of("/bin/envoy"),
                1,
                "{}",
                Duration.ofSeconds(7));
        Files.writeString(spec.bootstrapFile(), spec.bootstrap());
    }

    @AfterEach
    void end() throws InterruptedException {
        for (var process : processes) {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aProgramThatNamesTheBootstrapIsNotAGateway() throws IOException {
        run(work, List.of("tail", "-f", spec.bootstrapFile().toString()));
        run(directory, List.of("tail", "-f", spec.bootstrapFile().toString()));
        run(
                work,
                List.of(
                        "sh",
                        "-c",
                        "read line",
                        "--config-path",
                        spec.bootstrapFile().toString()));
        assertThat(launcher.find(spec)).isEmpty();
        assertThat(launcher.all(work)).isEmpty();
    }

    private void run(Path where, List<String> command) throws IOException {
        processes.add(new ProcessBuilder(command)
                .directory(where.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
    }
}
