package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DrainTest {
    private static final String BUSY = """
            http.admin.downstream_rq_active: 1
            http.s3/main.downstream_rq_active: 1
            http.s3/main.downstream_cx_tx_bytes_buffered: 0
            """;
    private static final String FLUSHING = """
            http.admin.downstream_rq_active: 1
            http.s3/main.downstream_rq_active: 0
            http.s3/main.downstream_cx_tx_bytes_buffered: 65536
            """;
    private static final String QUIET = """
            http.admin.downstream_rq_active: 1
            http.s3/main.downstream_rq_active: 0
            http.s3/main.downstream_cx_tx_bytes_buffered: 0
            """;

    private final Drain drain = new Drain(Duration.ofMillis(1), Duration.ofMillis(50));
    private final FakeProcess process = new FakeProcess(1);
    private boolean closed;

    @Test
    void waitsForRequestsAndForBytesThatAreStillToBeSent() throws Exception {
        process.stats.addAll(List.of(BUSY, FLUSHING, QUIET));
        drain.run("training-0", process, Duration.ofMinutes(1), () -> closed = true);
        assertThat(process.requests)
                .containsExactly(
                        "retire",
                        "POST /healthcheck/fail",
                        "POST /drain_listeners",
                        "GET /stats",
                        "GET /stats",
                        "GET /stats",
                        "SIGTERM");
    }

    @Test
    void endsTheProcessWhenTransfersTakeLongerThanTheLimit() throws Exception {
        process.stats.add(BUSY);
        drain.run("training-0", process, Duration.ofMillis(5), () -> closed = true);
        assertThat(process.requests).endsWith("GET /stats", "SIGTERM");
    }

    @Test
    void endsTheProcessAtOnceWhenInterrupted() {
        process.stats.add(BUSY);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> drain.run("training-0", process, Duration.ofMinutes(1), () -> closed = true))
                .isInstanceOf(InterruptedException.class);
        assertThat(process.requests).endsWith("SIGTERM");
    }

    @Test
    void killsAProcessThatDoesNotEnd() throws Exception {
        process.stats.add(QUIET);
        process.deaf = true;
        drain.run("training-0", process, Duration.ofMinutes(1), () -> closed = true);
        assertThat(process.requests).endsWith("SIGTERM", "SIGKILL");
        assertThat(closed).isTrue();
    }

    @Test
    void portsAreFreeWhileTransfersContinue() throws Exception {
        process.stats.addAll(List.of(BUSY, BUSY, QUIET));
        var requests = new ArrayList<Integer>();
        drain.run("training-0", process, Duration.ofMinutes(1), () -> requests.add(process.requests.size()));
        assertThat(requests.getFirst()).isLessThan(process.requests.size() - 1);
    }
}
