package dev.datapath.operator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A process whose thread fails with OutOfMemoryError exits, and its supervisor can restart it. */
class JvmOptionsTest {
    private static final String JAVA_HOME = System.getProperty("java.home");

    /** A second thread runs out of memory. The main thread would run forever. */
    static final class Hog {
        private Hog() {}

        public static void main(String[] arguments) throws InterruptedException {
            var kept = new ArrayList<byte[]>();
            var thread = Thread.ofPlatform().daemon().start(() -> {
                while (true) {
                    kept.add(new byte[1 << 20]);
                }
            });
            thread.join();
            Thread.currentThread().join();
        }
    }

    @Test
    void commandExitsOnOutOfMemory() throws Exception {
        assertThat(exitCode(options())).isEqualTo(3);
    }

    @Test
    void imageHasTheSameOption() throws IOException {
        assertThat(Path.of("../operator-image/jvm.options")).content().contains("-XX:+ExitOnOutOfMemoryError");
    }

    private static List<String> options() throws IOException, InterruptedException {
        var script = ". ../tools/lib.sh; jvm_options '" + JAVA_HOME + "' none ../pom.xml";
        var shell = new ProcessBuilder(
                        "sh",
                        "-c",
                        script,
                        Path.of("../bin/datapath").toAbsolutePath().toString())
                .start();
        var text = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).isZero();
        return List.of(text.strip().split(" +"));
    }

    private static int exitCode(List<String> options) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Path.of(JAVA_HOME, "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of("-Xmx32m", "-cp", testClasses(), Hog.class.getName()));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return process.waitFor(60, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } finally {
            process.destroyForcibly();
        }
    }

    private static String testClasses() {
        var location =
                JvmOptionsTest.class.getProtectionDomain().getCodeSource().getLocation();
        assertThat(Files.exists(Path.of(location.getPath()))).isTrue();
        return location.getPath();
    }
}
