package dev.datapath.e2e.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The link must fail as real networks fail, or what is proved with it is proved of nothing. */
@Tag("tier3")
class FaultyLinkTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    private final ScriptedNode node = ScriptedNode.start();
    private final FaultyLink link = FaultyLink.to(node.port());

    @AfterEach
    void close() {
        link.close();
        node.close();
    }

    @Test
    void passes_bytes_both_ways_on_many_requests() throws IOException {
        try (var client = RawClient.to(link.port())) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.request("GET", "/b/k").answer().text()).isEqualTo("ok");
            }
        }
        assertThat(node.connections()).isEqualTo(1);
    }

    @Test
    void refuse_resets_what_runs_and_refuses_what_comes_until_it_passes_again() throws IOException {
        try (var client = RawClient.to(link.port())) {
            client.request("GET", "/").answer();
            link.refuse();
            assertThat(client.awaitEnd()).isEqualTo(RawClient.End.RESET);
        }
        assertThatThrownBy(() -> RawClient.to(link.port())).isInstanceOf(ConnectException.class);

        link.pass();
        try (var client = RawClient.to(link.port())) {
            assertThat(client.request("GET", "/").answer().status()).isEqualTo(200);
        }
    }

    @Test
    void reset_accepts_and_resets_after_the_first_bytes() throws IOException {
        link.reset();
        try (var client = RawClient.to(link.port())) {
            client.request("GET", "/");
            assertThat(client.awaitEnd()).isEqualTo(RawClient.End.RESET);
        }
        assertThat(node.exchanges()).isEmpty();
    }

    @Test
    void hang_opens_connections_and_answers_nothing() throws IOException {
        link.hang();
        try (var client = RawClient.to(link.port()).patience(SHORT)) {
            client.request("GET", "/");
            assertThat(client.awaitEnd()).isEqualTo(RawClient.End.SILENT);
        }
    }

    @Test
    void black_hole_silences_what_runs_and_lets_connection_attempts_starve() throws IOException {
        try (var running = RawClient.to(link.port())) {
            running.request("GET", "/").answer();
            link.blackHole();
            running.patience(SHORT).request("GET", "/");
            assertThat(running.awaitEnd()).isEqualTo(RawClient.End.SILENT);

            try (var attempt = new Socket()) {
                var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), link.port());
                assertThatThrownBy(() -> attempt.connect(address, 500)).isInstanceOf(SocketTimeoutException.class);
            }
            link.pass();
            assertThat(running.patience(Duration.ofSeconds(5)).answer().status())
                    .as("what was held back arrives when packets flow again")
                    .isEqualTo(200);
        }
        try (var client = RawClient.to(link.port())) {
            assertThat(client.request("GET", "/").answer().status()).isEqualTo(200);
        }
    }

    @Test
    void delay_holds_the_first_byte_of_each_answer() throws IOException {
        link.delay(SHORT);
        try (var client = RawClient.to(link.port())) {
            for (int i = 0; i < 2; i++) {
                long start = System.nanoTime();
                client.request("GET", "/").answer();
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SHORT);
            }
        }
    }
}
