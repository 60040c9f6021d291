package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

class LogTrimmerTest {
    @Test
    void logsAreTrimmedUntilTheProcessEnds() {
        var ended = new FakeProcess(1);
        var running = new FakeProcess(2);
        ended.die();
        try (var trimmer = new LogTrimmer()) {
            trimmer.follow(ended);
            trimmer.follow(running);
            await().until(() -> running.trims > 1);
            assertThat(ended.trims).isZero();
        }
    }
}
