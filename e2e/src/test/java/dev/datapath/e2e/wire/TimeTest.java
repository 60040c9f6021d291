package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Time is limited where nothing moves, never for a whole transfer. The limits here are seconds instead of minutes. */
@Rig.Test
class TimeTest {
    private static final Duration LIMIT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(30);
    /** Three times the limit, spread over steps that are each well below it. */
    private static final int STEPS = 15;

    private static final Duration STEP = Duration.ofMillis(200);

    private final ScriptedNode node = ScriptedNode.start();

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void a_slow_first_byte_within_its_limit_passes(Rig rig) throws IOException {
        var bucket = rig.bucket(routing -> routing.firstByte(LONG).idle(LONG), node);
        node.script(exchange -> exchange.pause(Duration.ofSeconds(3)).answer("200 OK", "late"));

        try (var client = rig.connect()) {
            assertThat(client.request("GET", "/" + bucket + "/k").answer().text())
                    .isEqualTo("late");
        }
    }

    @Test
    void a_first_byte_that_comes_too_late_is_a_504_as_s3_xml(Rig rig)
            throws IOException, ExecutionException, InterruptedException, TimeoutException {
        var bucket = rig.bucket(routing -> routing.firstByte(LIMIT).idle(LONG), node);
        var gone = new CompletableFuture<Boolean>();
        node.script(exchange -> gone.complete(exchange.peerGoneWithin(Duration.ofSeconds(10))));

        try (var client = rig.connect()) {
            var answer = client.patience(Duration.ofSeconds(10))
                    .request("PUT", "/" + bucket + "/k", "Content-Length: 0")
                    .answer();
            S3Error.assertThatIs(answer, 504);
        }
        assertThat(gone.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_download_that_trickles_for_longer_than_every_limit_arrives_whole(Rig rig) throws IOException {
        var bucket = rig.bucket(routing -> routing.firstByte(LIMIT).idle(LIMIT), node);
        node.script(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + STEPS + "\r\n\r\n");
            for (int i = 0; i < STEPS; i++) {
                exchange.pause(STEP).write("x");
            }
        });

        try (var client = rig.connect()) {
            var answer = client.request("GET", "/" + bucket + "/k").answer();
            assertThat(answer.text()).isEqualTo("x".repeat(STEPS));
        }
    }

    @Test
    void an_upload_that_trickles_for_longer_than_every_limit_arrives_whole(Rig rig)
            throws IOException, InterruptedException {
        var bucket = rig.bucket(routing -> routing.firstByte(LIMIT).idle(LIMIT), node);

        try (var client = rig.connect()) {
            client.request("PUT", "/" + bucket + "/k", "Content-Length: " + STEPS);
            for (int i = 0; i < STEPS; i++) {
                Thread.sleep(STEP);
                client.send(new byte[] {'x'});
            }
            assertThat(client.answer().status()).isEqualTo(200);
        }
        assertThat(node.last().content()).asString().isEqualTo("x".repeat(STEPS));
    }

    @Test
    void a_download_that_stands_still_is_cut(Rig rig)
            throws IOException, ExecutionException, InterruptedException, TimeoutException {
        var bucket = rig.bucket(routing -> routing.firstByte(LONG).idle(LIMIT), node);
        var gone = new CompletableFuture<Boolean>();
        node.script(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            gone.complete(exchange.peerGoneWithin(Duration.ofSeconds(10)));
        });

        try (var client = rig.connect()) {
            var answer = client.patience(Duration.ofSeconds(10))
                    .request("GET", "/" + bucket + "/k")
                    .answer();
            assertThat(answer.end()).isIn(RawClient.End.TRUNCATED, RawClient.End.RESET);
            assertThat(answer.text()).isEqualTo("half");
        }
        assertThat(gone.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void an_upload_that_stands_still_is_ended_with_something_a_client_may_repeat(Rig rig)
            throws IOException, ExecutionException, InterruptedException, TimeoutException {
        var bucket = rig.bucket(routing -> routing.firstByte(LONG).idle(LIMIT), node);
        var gone = new CompletableFuture<Boolean>();
        node.script(exchange -> {
            exchange.readSome(10);
            gone.complete(exchange.peerGoneWithin(Duration.ofSeconds(10)));
        });

        try (var client = rig.connect()) {
            var answer = client.patience(Duration.ofSeconds(10))
                    .request("PUT", "/" + bucket + "/k", "Content-Length: 10")
                    .send(new byte[4])
                    .answer();
            S3Error.assertThatIs(answer, 504);
        }
        assertThat(gone.get(10, TimeUnit.SECONDS)).isTrue();
    }
}
