package dev.datapath.operator.infra.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpScraperTest {
    private static final String ANSWER = """
            {"cluster_statuses": []}
            """;

    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (var resource : open) {
            resource.close();
        }
    }

    @Test
    void aResponseIsReadOverHttp() throws Exception {
        int port = serve("HTTP/1.1 200 OK\r\ncontent-length: " + ANSWER.length() + "\r\n\r\n" + ANSWER);
        assertThat(new HttpScraper(port).get("127.0.0.1", "/clusters?format=json"))
                .isEqualTo(ANSWER);
    }

    @Test
    void anErrorResponseIsRejected() throws Exception {
        int port = serve("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n");
        assertThatThrownBy(() -> new HttpScraper(port).get("127.0.0.1", "/clusters?format=json"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("503");
    }

    @Test
    void anEndlessResponseIsRejected() throws Exception {
        int port = serve("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{");
        var outcome = new AtomicReference<Throwable>();
        var asking = Thread.ofVirtual().start(() -> {
            try {
                new HttpScraper(port).get("127.0.0.1", "/clusters?format=json");
            } catch (IOException | InterruptedException e) {
                outcome.set(e);
            }
        });
        open.add(asking::interrupt);
        await().until(() -> outcome.get() != null);
        assertThat(outcome.get()).isInstanceOf(IOException.class).hasMessageContaining("no response within ");
    }

    /** Dozens of gateways are scraped concurrently, and a response takes more memory than its length while it is read. */
    @Test
    void onlySomeLargeResponsesAreReadConcurrently() throws Exception {
        var body = "x".repeat(HttpScraper.MAX_BYTES);
        int port = serve("HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body);
        var turns = new Semaphore(0);
        var scraper = new HttpScraper(port, turns);
        assertThatThrownBy(() -> scraper.get("127.0.0.1", "/clusters?format=json"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("large responses of other gateways");
        turns.release();
        assertThat(scraper.get("127.0.0.1", "/clusters?format=json")).isEqualTo(body);
        assertThat(turns.availablePermits()).isEqualTo(1);

        int small = serve("HTTP/1.1 200 OK\r\ncontent-length: " + ANSWER.length() + "\r\n\r\n" + ANSWER);
        assertThat(new HttpScraper(small, new Semaphore(0)).get("127.0.0.1", "/clusters?format=json"))
                .isEqualTo(ANSWER);
    }

    @Test
    void aTooLongResponseIsRejected() throws Exception {
        int length = HttpScraper.MAX_BYTES + 1;
        int port = serve("HTTP/1.1 200 OK\r\ncontent-length: " + length + "\r\n\r\n" + "x".repeat(length));
        assertThatThrownBy(() -> new HttpScraper(port).get("127.0.0.1", "/clusters?format=json"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("more than");
    }

    /** Sends the same response on every connection, and leaves the connection open. */
    private int serve(String answer) throws IOException {
        var socket = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
        open.add(socket);
        Thread.ofVirtual().start(() -> {
            while (!socket.isClosed()) {
                try {
                    var connection = socket.accept();
                    open.add(connection);
                    connection.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    // The client has closed the connection, or the test has ended.
                }
            }
        });
        return socket.getLocalPort();
    }
}
