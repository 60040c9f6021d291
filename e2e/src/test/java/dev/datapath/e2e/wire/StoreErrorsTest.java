package dev.datapath.e2e.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.Rig;
import dev.datapath.e2e.rig.ScriptedNode;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The store's own errors are the store's to word. */
@Rig.Test
class StoreErrorsTest {
    private final ScriptedNode node = ScriptedNode.start();

    @AfterEach
    void close() {
        node.close();
    }

    @ParameterizedTest
    @CsvSource({
        "GET,503 Slow Down,<Error><Code>SlowDown</Code></Error>",
        "PUT,503 Slow Down,<Error><Code>SlowDown</Code></Error>",
        "GET,404 Not Found,<Error><Code>NoSuchKey</Code></Error>",
        "GET,403 Forbidden,<Error><Code>SignatureDoesNotMatch</Code></Error>",
        "PUT,400 Bad Request,<Error><Code>BadDigest</Code></Error>",
        "PUT,412 Precondition Failed,<Error><Code>PreconditionFailed</Code></Error>",
        "POST,409 Conflict,<Error><Code>OperationAborted</Code></Error>",
        "GET,500 Internal Server Error,''",
        "PUT,500 Internal Server Error,''",
        "PUT,502 Bad Gateway,<html>inner proxy</html>",
        "PUT,504 Gateway Time-out,<html>inner proxy</html>",
        "PUT,507 Insufficient Storage,<Error><Code>XMinioStorageFull</Code></Error>",
        "PUT,429 Too Many Requests,busy",
        "GET,431 Too Large,large"
    })
    void pass_with_headers_and_body_as_they_are(String method, String status, String body, Rig rig) throws IOException {
        var bucket = rig.bucket(node);
        node.script(exchange -> {
            exchange.readBody();
            exchange.answer(status, body, "Retry-After: 9", "x-amz-request-id: STORE", "Content-Type: text/x-own");
        });

        try (var client = rig.connect()) {
            var answer = method.equals("GET")
                    ? client.request("GET", "/" + bucket + "/k").answer()
                    : client.request(method, "/" + bucket + "/k", "Content-Length: 2")
                            .send("ab".getBytes())
                            .answer();
            assertThat(answer.head().startLine()).isEqualTo("HTTP/1.1 " + status);
            assertThat(answer.head().lines())
                    .contains("Retry-After: 9", "x-amz-request-id: STORE", "Content-Type: text/x-own");
            assertThat(answer.text()).isEqualTo(body);
        }
    }
}
