package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HttpAnswerTest {
    @Test
    void readsAPlainBody() throws IOException {
        assertThat(parse("HTTP/1.1 200 OK\r\nserver: envoy\r\n\r\nLIVE\n")).isEqualTo(new HttpAnswer(200, "LIVE\n"));
    }

    @Test
    void joinsChunks() throws IOException {
        assertThat(
                        parse(
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"))
                .isEqualTo(new HttpAnswer(200, "abc0123456789"));
    }

    @Test
    void detectsATruncatedResponse() {
        assertThatThrownBy(() -> parse("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("was truncated");
        assertThatThrownBy(() -> parse("HTTP/1.1 200 OK\r\n")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> parse("")).isInstanceOf(IOException.class);
    }

    @Test
    void returnsABodyOnlyOnSuccess() {
        assertThatThrownBy(() -> parse("HTTP/1.1 503 Service Unavailable\r\n\r\nPRE_INITIALIZING\n")
                        .body("GET /ready"))
                .hasMessage("GET /ready returned status 503: PRE_INITIALIZING");
    }

    private static HttpAnswer parse(String text) throws IOException {
        return HttpAnswer.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
