package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OsProcessTest {
    @TempDir
    Path temp;

    private Process cat;
    private Path log;

    @BeforeEach
    void start() throws IOException {
        log = temp.resolve("envoy.log");
        cat = new ProcessBuilder("cat")
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        temp.resolve("access.log").toFile()))
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        cat.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    @Test
    void anAccessLogThatIsTooLargeIsTruncatedDuringWrites() throws IOException {
        var access = temp.resolve("access.log");
        try (var file = new RandomAccessFile(access.toFile(), "rw")) {
            file.setLength(OsProcess.MAX_LOG_BYTES + 1);
        }
        OsProcess.started(cat, temp).trimLogs();
        assertThat(temp.resolve("access.log.1")).hasSize(OsProcess.MAX_LOG_BYTES + 1);

        cat.getOutputStream().write("line\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        cat.getOutputStream().flush();
        await().untilAsserted(() -> assertThat(access).hasContent("line"));
    }

    @Test
    void theEndOfAForeignProcessIsDetected() {
        var found = OsProcess.found(cat.toHandle(), temp, false);
        assertThat(found.alive()).isTrue();
        found.terminate();
        await().until(() -> !found.alive());
    }

    @Test
    void lastWordsAreTheLastProblemInTheLog() throws IOException {
        Files.writeString(log, """
                [2026-11-22 19:00:00.123][7][warning][main] [source/server/server.cc:1] nothing to worry about
                [2026-11-22 19:00:00.124][7][critical][main] [source/server/server.cc:2] error initializing configuration
                [2026-11-22 19:00:00.125][7][info][main] [source/server/server.cc:3] exiting
                """);
        assertThat(OsProcess.started(cat, temp).lastWords()).isEqualTo("error initializing configuration");
    }
}
