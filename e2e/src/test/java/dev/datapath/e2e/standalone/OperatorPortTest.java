package dev.datapath.e2e.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator's port for health and metrics, in front of somebody who opens connections and says little. */
@Tag("tier3")
class OperatorPortTest {
    private static final String HEALTH = "/q/health/live";
    /** What the operator holds, and some more. */
    private static final int MOST = 256;

    private static final int MORE = 64;

    @TempDir
    private static Path temp;

    private static OperatorProcess operator;

    @BeforeAll
    static void start() throws IOException {
        var directory = Files.createDirectory(temp.resolve("objects"));
        operator = OperatorProcess.run(directory, temp.resolve("w"), temp.resolve("log"));
        await().atMost(Duration.ofSeconds(60)).until(() -> operator.httpPort() > 0);
        answered();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        operator.close();
    }

    @Test
    void silentConnectionsAreBoundedAndEndAndAProbeIsAnswered() throws IOException {
        var silent = new ArrayList<RawClient>();
        try {
            for (int i = 0; i < MOST + MORE; i++) {
                silent.add(RawClient.to(operator.httpPort()));
            }
            // The last ones are not taken at all, so they end before the first.
            for (var refused : silent.subList(MOST, MOST + MORE)) {
                assertThat(refused.patience(Duration.ofSeconds(3)).awaitEnd()).isNotEqualTo(RawClient.End.SILENT);
            }
            answered();
            for (var held : silent) {
                assertThat(held.awaitEnd()).isNotEqualTo(RawClient.End.SILENT);
            }
        } finally {
            for (var client : silent) {
                client.close();
            }
        }
    }

    @Test
    void anUnfinishedHeadIsClosed() throws IOException {
        try (var client = RawClient.to(operator.httpPort())) {
            client.send("GET " + HEALTH + " HTTP/1.1\r\nHost: localhost\r\n");
            assertThat(client.awaitEnd()).isNotEqualTo(RawClient.End.SILENT);
        }
    }

    @Test
    void anUnfinishedBodyIsClosed() throws IOException {
        try (var client = RawClient.to(operator.httpPort())) {
            client.send("POST " + HEALTH + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nsome");
            assertThat(client.awaitEnd()).isNotEqualTo(RawClient.End.SILENT);
        }
    }

    private static void answered() {
        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> RawClient.status(operator.httpPort(), HEALTH) == 200);
    }
}
