package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.ProcessMemory;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A side that stands still holds the other side back; the gateway keeps nothing but its bounded buffers. */
@Rig.Test
class SlowSidesTest {
    private static final long MIB = 1 << 20;
    private static final long SIZE = 256 * MIB;
    private static final long MEMORY_BOUND = 24 * MIB;
    /** Both sockets' kernel buffers (some MiB each when the kernel tunes them) and the gateway's own. */
    private static final long IN_FLIGHT_BOUND = 40 * MIB;

    private static final byte[] PIECE = new byte[262_144];

    @Test
    void a_download_of_256_mib_by_a_client_that_stops_reading(Rig rig)
            throws IOException, ExecutionException, InterruptedException, TimeoutException {
        var sent = new AtomicLong();
        try (var node = ScriptedNode.start(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + SIZE + "\r\n\r\n");
            for (long left = SIZE; left > 0; left -= PIECE.length) {
                exchange.write(PIECE);
                sent.addAndGet(PIECE.length);
            }
        })) {
            var bucket = rig.bucket(node);
            warm(rig, bucket);
            sent.set(0);
            long before = memory(rig);

            try (var client = rig.connect()) {
                var body = client.request("GET", "/" + bucket + "/k").body(client.readHead());
                awaitStandstill(sent);
                assertThat(sent).hasValueLessThan(IN_FLIGHT_BOUND);
                assertThat(memory(rig) - before).isLessThan(MEMORY_BOUND);

                assertThat(body.skipRest()).isEqualTo(SIZE);
            }
            assertThat(memory(rig) - before).isLessThan(MEMORY_BOUND);
        }
    }

    @Test
    void an_upload_of_256_mib_to_a_store_that_stops_reading(Rig rig)
            throws IOException, ExecutionException, InterruptedException, TimeoutException {
        var received = new CompletableFuture<Long>();
        var goOn = new CountDownLatch(1);
        try (var node = ScriptedNode.start(exchange -> {
            if (exchange.head().method().equals("PUT")) {
                int first = exchange.readSome(1);
                goOn.await();
                received.complete(first + exchange.body().skipRest());
            }
            exchange.answer("200 OK", "");
        })) {
            var bucket = rig.bucket(node);
            warm(rig, bucket);
            long before = memory(rig);
            var sent = new AtomicLong();

            try (var client = rig.connect()) {
                client.request("PUT", "/" + bucket + "/k", "Content-Length: " + SIZE);
                var upload = CompletableFuture.runAsync(() -> sendAll(client, sent));
                awaitStandstill(sent);
                assertThat(sent).hasValueLessThan(IN_FLIGHT_BOUND);
                assertThat(memory(rig) - before).isLessThan(MEMORY_BOUND);

                goOn.countDown();
                upload.get(60, TimeUnit.SECONDS);
                assertThat(client.answer().status()).isEqualTo(200);
            }
            assertThat(received.get(1, TimeUnit.SECONDS)).isEqualTo(SIZE);
            assertThat(memory(rig) - before).isLessThan(MEMORY_BOUND);
        }
    }

    /**
     * The answer is complete for the gateway while its end is still in buffers, and then the connection ends. Wall-clock time is the
     * subject: Envoy's own limit for such a client is one second, and a data loader pauses for longer.
     */
    @ParameterizedTest
    @CsvSource({"1.1, Connection: close", "1.0, Accept: */*"})
    void theEndOfAnAnswerWaitsForAClientThatPauses(String version, String header, Rig rig) throws Exception {
        var sent = new CountDownLatch(1);
        long size = 3 * MIB;
        try (var node = ScriptedNode.start(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
            for (long left = size; left > 0; left -= PIECE.length) {
                exchange.write(PIECE);
            }
            sent.countDown();
        })) {
            var bucket = rig.bucket(node);
            try (var client = RawClient.to(rig.port(), 16_384)) {
                client.send("GET /%s/k HTTP/%s\r\nHost: h\r\n%s\r\n\r\n".formatted(bucket, version, header));
                var body = client.body(client.readHead());
                long read = 0;
                while (!sent.await(20, TimeUnit.MILLISECONDS)) {
                    read += body.next(65_536).length;
                }
                Awaitility.await().during(Duration.ofSeconds(3)).until(() -> true);
                assertThat(read + body.skipRest()).isEqualTo(size);
            }
        }
    }

    private static void sendAll(RawClient client, AtomicLong sent) {
        try {
            for (long left = SIZE; left > 0; left -= PIECE.length) {
                client.send(PIECE);
                sent.addAndGet(PIECE.length);
            }
        } catch (IOException e) {
            throw new AssertionError("the upload broke after " + sent + " bytes", e);
        }
    }

    /** One request first, so that what a first request allocates is not taken for growth. */
    private static void warm(Rig rig, String bucket) throws IOException {
        try (var client = rig.connect()) {
            client.request("HEAD", "/" + bucket + "/warm").readHead();
        }
    }

    private static void awaitStandstill(AtomicLong counter) {
        var last = new AtomicLong(-1);
        Awaitility.await("the sender is held back")
                .pollInterval(Duration.ofMillis(500))
                .atMost(Duration.ofSeconds(30))
                .until(() -> counter.get() > 0 && last.getAndSet(counter.get()) == counter.get());
    }

    private static long memory(Rig rig) {
        return ProcessMemory.residentBytes(rig.gateway().pids().get(0));
    }
}
