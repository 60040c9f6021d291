package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.operator.plan.ObjectKey;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GatewayWatchTest {
    private static final GatewayId ID = new GatewayId(new ObjectKey("ai", "training"), 0);

    /** What follows an answer may fail in ways that nobody thought of. */
    @Test
    void aTaskThatThrowsAsksAgain() {
        var told = new AtomicInteger();
        var process = new FakeProcess(1);
        process.stats.add("{}");
        try (var watch = new GatewayWatch(() -> {
            told.incrementAndGet();
            throw new StackOverflowError("made for the test");
        })) {
            watch.follow(ID, process);
            await().until(() -> told.get() == 1);
            // Two questions are asked each time.
            await().until(() -> process.requests.size() > 2);
            assertThat(watch.alive()).isTrue();
        }
    }
}
