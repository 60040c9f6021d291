package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What breaks on one side is broken on the other, and soon: a cut body must never look whole. */
@Rig.Test
class BrokenTransfersTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    private final ScriptedNode node = ScriptedNode.start();

    @AfterEach
    void close() {
        node.close();
    }

    @ParameterizedTest
    @CsvSource({"length,close", "length,reset", "chunked,close", "chunked,reset"})
    void a_download_cut_at_the_store_is_cut_at_the_client(String framing, String how, Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        node.script(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\n");
            if (framing.equals("length")) {
                exchange.write("Content-Length: 100000\r\n\r\n").write(new byte[50_000]);
            } else {
                exchange.write("Transfer-Encoding: chunked\r\n\r\nC350\r\n")
                        .write(new byte[50_000])
                        .write("\r\n");
            }
            exchange.pause(Duration.ofMillis(50));
            if (how.equals("close")) {
                exchange.close();
            } else {
                exchange.reset();
            }
        });

        try (var client = rig.connect()) {
            var answer =
                    client.patience(SOON).request("GET", "/" + bucket + "/k").answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.end()).isIn(RawClient.End.TRUNCATED, RawClient.End.RESET);
            assertThat(answer.content()).hasSizeLessThanOrEqualTo(50_000);
        }
        assertThat(node.exchanges())
                .as("never stitched together from two answers")
                .hasSize(1);
    }

    @Test
    void an_upload_the_store_resets_is_an_error_to_the_client(Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        node.script(exchange -> {
            for (int read = 0; read < 200_000; ) {
                read += exchange.readSome(65_536);
            }
            exchange.reset();
        });

        try (var client = rig.connect()) {
            client.patience(SOON)
                    .request("PUT", "/" + bucket + "/k", "Content-Length: 400000")
                    .send(new byte[300_000]);
            var answer = client.answer();
            assertThat(answer.status()).isIn(502, 503);
            assertThat(S3Error.assertThatIs(answer, answer.status())).isEqualTo("ServiceUnavailable");
        }
        assertThat(node.exchanges()).hasSize(1);
    }

    @Test
    void a_client_that_gives_up_its_upload_is_gone_at_the_store_too(Rig rig)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        var bucket = rig.bucket(node);
        var gone = new CompletableFuture<Boolean>();
        var begun = new CountDownLatch(1);
        node.script(exchange -> {
            exchange.readSome(1);
            begun.countDown();
            gone.complete(exchange.peerGoneWithin(SOON));
        });

        try (var client = rig.connect()) {
            client.request("PUT", "/" + bucket + "/k", "Content-Length: 1000000")
                    .send(new byte[100_000]);
            begun.await();
            client.reset();
        }

        assertThat(gone.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_client_that_gives_up_its_download_is_gone_at_the_store_too(Rig rig)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        var bucket = rig.bucket(node);
        var gone = new CompletableFuture<Boolean>();
        node.script(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").write(new byte[100_000]);
            gone.complete(exchange.peerGoneWithin(SOON));
        });

        try (var client = rig.connect()) {
            var body = client.request("GET", "/" + bucket + "/k").body(client.readHead());
            body.next(1000);
        }

        assertThat(gone.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_client_that_leaves_while_the_store_thinks_is_gone_at_the_store_too(Rig rig)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        var bucket = rig.bucket(node);
        var gone = new CompletableFuture<Boolean>();
        var begun = new CountDownLatch(1);
        node.script(exchange -> {
            begun.countDown();
            gone.complete(exchange.peerGoneWithin(SOON));
        });

        try (var client = rig.connect()) {
            client.request("GET", "/" + bucket + "/k");
            begun.await();
        }

        assertThat(gone.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"403 Forbidden", "503 Slow Down", "200 OK"})
    void a_final_answer_during_an_upload_is_relayed_at_once(String status, Rig rig)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        var bucket = rig.bucket(node);
        var uploadEnded = new CompletableFuture<Boolean>();
        node.script(exchange -> {
            exchange.readSome(65_536);
            exchange.answer(status, "<Error/>", "x-amz-request-id: STORE");
            uploadEnded.complete(exchange.peerGoneWithin(SOON));
        });

        try (var client = rig.connect()) {
            client.patience(SOON)
                    .request("PUT", "/" + bucket + "/k", "Content-Length: 8000000")
                    .send(new byte[100_000]);
            var answer = client.answer();
            assertThat(answer.head().startLine()).isEqualTo("HTTP/1.1 " + status);
            assertThat(answer.head().field("x-amz-request-id")).contains("STORE");
            assertThat(answer.text()).isEqualTo("<Error/>");
        }
        assertThat(uploadEnded.get(10, TimeUnit.SECONDS))
                .as("the store is not left with half an upload that never ends")
                .isTrue();
    }
}
