package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads may be repeated on another node before their first byte; writes only when nothing of them was sent. */
@Rig.Test
class RepetitionTest {
    private static final int REQUESTS = 20;

    private static ScriptedNode.Script failing(String how) {
        return exchange -> {
            exchange.readBody();
            switch (how) {
                case "reset" -> exchange.reset();
                case "close" -> exchange.close();
                default -> exchange.answer(how, "<Error/>");
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"reset", "close", "502 Bad Gateway", "504 Gateway Time-out"})
    void a_read_that_fails_on_one_node_is_answered_by_another(String how, Rig rig) throws IOException {
        try (var bad = ScriptedNode.start(failing(how));
                var good = ScriptedNode.start()) {
            var bucket = rig.bucket(bad, good);
            try (var client = rig.connect()) {
                for (int i = 0; i < REQUESTS; i++) {
                    assertThat(client.request(i % 2 == 0 ? "GET" : "HEAD", "/" + bucket + "/k")
                                    .answer()
                                    .status())
                            .isEqualTo(200);
                }
            }
            assertThat(bad.exchanges()).as("the bad node was tried").isNotEmpty();
        }
    }

    static Stream<String> writes() {
        return Stream.of(
                "PUT /%s/k",
                "PUT /%s/k?partNumber=1&uploadId=u",
                "POST /%s/k?uploads",
                "POST /%s/k?uploadId=u",
                "POST /%s?delete",
                "DELETE /%s/k");
    }

    @ParameterizedTest
    @MethodSource("writes")
    void a_write_that_a_node_has_seen_is_never_sent_again(String request, Rig rig) throws IOException {
        try (var one = ScriptedNode.start(failing("reset"));
                var other = ScriptedNode.start(failing("reset"))) {
            var bucket = rig.bucket(one, other);
            var parts = request.formatted(bucket).split(" ");
            int sent = 4;
            for (int i = 0; i < sent; i++) {
                try (var client = rig.connect()) {
                    var answer = client.request(parts[0], parts[1], "Content-Length: 4")
                            .send("body".getBytes())
                            .answer();
                    assertThat(answer.status()).isIn(502, 503);
                }
            }
            assertThat(one.exchanges().size() + other.exchanges().size()).isEqualTo(sent);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"502 Bad Gateway", "503 Slow Down", "504 Gateway Time-out"})
    void a_write_that_a_node_has_answered_is_never_sent_again(String status, Rig rig) throws IOException {
        try (var one = ScriptedNode.start(failing(status));
                var other = ScriptedNode.start(failing(status))) {
            var bucket = rig.bucket(one, other);
            int sent = 4;
            for (int i = 0; i < sent; i++) {
                try (var client = rig.connect()) {
                    var answer = client.request("PUT", "/" + bucket + "/k", "Content-Length: 4")
                            .send("body".getBytes())
                            .answer();
                    assertThat(answer.head().startLine()).isEqualTo("HTTP/1.1 " + status);
                }
            }
            assertThat(one.exchanges().size() + other.exchanges().size()).isEqualTo(sent);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4096, 5_000_000})
    void a_write_whose_node_refuses_the_connection_goes_to_another(int size, Rig rig) throws IOException {
        try (var good = ScriptedNode.start(exchange -> {
            if (exchange.head().field("expect").isPresent()) {
                exchange.write("HTTP/1.1 100 Continue\r\n\r\n");
            }
            exchange.body().skipRest();
            exchange.answer("200 OK", "");
        })) {
            var bucket = rig.bucket(routing -> routing, Ports.free(), good.port());
            for (int i = 0; i < REQUESTS; i++) {
                try (var client = rig.connect()) {
                    client.request("PUT", "/" + bucket + "/k", "Content-Length: " + size, "Expect: 100-continue");
                    assertThat(client.readHead().status()).isEqualTo(100);
                    assertThat(client.send(new byte[size]).answer().status()).isEqualTo(200);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"503 Slow Down", "502 Bad Gateway", "reset"})
    void when_every_node_fails_the_nodes_see_at_most_a_fifth_more(String how, Rig rig)
            throws ExecutionException, InterruptedException {
        int clients = 400;
        int each = 15;
        // While few requests are under way, at the beginning and at the end, a fixed number of repetitions is allowed.
        int edges = 120;
        ScriptedNode.Script failing = exchange -> failing(how).answer(exchange.pause(someTime()));
        try (var one = ScriptedNode.start(failing);
                var other = ScriptedNode.start(failing);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var bucket = rig.bucket(one, other);
            var running = new ArrayList<Future<Integer>>();
            for (int i = 0; i < clients; i++) {
                running.add(threads.submit(() -> reads(rig, bucket, each)));
            }
            for (var client : running) {
                assertThat(client.get()).as("failed reads").isEqualTo(each);
            }
            assertThat(one.exchanges().size() + other.exchanges().size())
                    .isLessThanOrEqualTo(clients * each * 12 / 10 + edges);
        }
    }

    /** So that not all requests fail at the same moment. */
    private static Duration someTime() {
        return Duration.ofMillis(ThreadLocalRandom.current().nextInt(40, 120));
    }

    private static int reads(Rig rig, String bucket, int count) throws IOException {
        int failed = 0;
        for (int i = 0; i < count; i++) {
            try (RawClient client = rig.connect()) {
                int status = client.request("GET", "/" + bucket + "/k").answer().status();
                failed += status >= 500 ? 1 : 0;
            }
        }
        return failed;
    }

    @Test
    void a_read_is_not_repeated_once_its_first_byte_has_come(Rig rig) throws IOException {
        ScriptedNode.Script halfway = exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            exchange.reset();
        };
        try (var one = ScriptedNode.start(halfway);
                var other = ScriptedNode.start(halfway)) {
            var bucket = rig.bucket(one, other);
            try (var client = rig.connect()) {
                var answer = client.request("GET", "/" + bucket + "/k").answer();
                assertThat(answer.end()).isNotEqualTo(RawClient.End.COMPLETE);
            }
            assertThat(one.exchanges().size() + other.exchanges().size()).isEqualTo(1);
        }
    }
}
