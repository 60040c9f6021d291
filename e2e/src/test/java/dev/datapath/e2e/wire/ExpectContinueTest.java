package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code Expect: 100-continue} goes end to end: whether a body is wanted is for the store to say. */
@Rig.Test
class ExpectContinueTest {
    private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
    private static final Duration MOMENT = Duration.ofMillis(400);

    private final ScriptedNode node = ScriptedNode.start();

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void the_gateway_waits_for_the_stores_100_and_relays_it(Rig rig) throws IOException {
        var willing = new CountDownLatch(1);
        node.script(exchange -> {
            willing.await();
            exchange.write(CONTINUE).readBody();
            exchange.answer("200 OK", "");
        });

        try (var client = expecting(rig, 5)) {
            client.patience(MOMENT);
            assertThatThrownBy(client::readHead).isInstanceOf(SocketTimeoutException.class);
            willing.countDown();
            client.patience(Duration.ofSeconds(5));
            assertThat(client.readHead().status()).isEqualTo(100);
            assertThat(client.send("hello".getBytes()).answer().status()).isEqualTo(200);
        }

        assertThat(node.last().head().field("expect")).contains("100-continue");
        assertThat(node.last().content()).isEqualTo("hello".getBytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"403 Forbidden", "307 Temporary Redirect", "503 Slow Down", "417 Expectation Failed"})
    void an_answer_before_the_body_arrives_without_the_body_being_sent(String status, Rig rig) throws IOException {
        node.script(exchange -> exchange.answer(status, "<Error/>", "Content-Type: application/xml"));

        try (var client = expecting(rig, 1 << 20)) {
            var answer = client.answer();
            assertThat(answer.head().startLine()).isEqualTo("HTTP/1.1 " + status);
            assertThat(answer.text()).isEqualTo("<Error/>");
        }

        assertThat(node.exchanges()).hasSize(1);
        assertThat(node.last().body().received()).isZero();
    }

    @Test
    void an_error_after_the_100_arrives_as_the_store_wrote_it(Rig rig) throws IOException {
        node.script(exchange -> {
            exchange.write(CONTINUE).readBody();
            exchange.answer("503 Slow Down", "<Error><Code>SlowDown</Code></Error>", "x-amz-request-id: STORE");
        });

        try (var client = expecting(rig, 5)) {
            assertThat(client.readHead().status()).isEqualTo(100);
            var answer = client.send("hello".getBytes()).answer();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.head().field("x-amz-request-id")).contains("STORE");
        }
    }

    @Test
    void a_node_that_dies_after_its_100_is_an_error_to_the_client(Rig rig) throws IOException {
        node.script(exchange -> {
            exchange.write(CONTINUE).readBody();
            exchange.reset();
        });

        try (var client = expecting(rig, 5)) {
            assertThat(client.readHead().status()).isEqualTo(100);
            var answer = client.send("hello".getBytes()).answer();
            assertThat(answer.status()).isIn(502, 503);
            assertThat(S3Error.assertThatIs(answer, answer.status())).isEqualTo("ServiceUnavailable");
        }
        assertThat(node.exchanges()).as("a write is not repeated").hasSize(1);
    }

    @Test
    void the_gateways_own_error_comes_without_a_100(Rig rig) throws IOException {
        try (var client = rig.connect()) {
            client.request("PUT", "/no-such-bucket/k", "Content-Length: 5", "Expect: 100-continue");
            assertThat(client.readHead().status()).isEqualTo(404);
        }
    }

    private RawClient expecting(Rig rig, int length) throws IOException {
        var bucket = rig.bucket(node);
        return rig.connect().request("PUT", "/" + bucket + "/k", "Content-Length: " + length, "Expect: 100-continue");
    }
}
