package dev.datapath.operator.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RetryingTimerTest {
    private final AtomicLong nanos = new AtomicLong();
    private final RetryingTimer timer = new RetryingTimer(Duration.ofMillis(1), new Stalls(nanos::get));

    @AfterEach
    void close() {
        timer.close();
    }

    @Test
    void aTaskThatThrowsIsTriedAgain() {
        var runs = new AtomicInteger();
        timer.accept(Duration.ZERO, () -> {
            if (runs.incrementAndGet() < 3) {
                throw new IllegalStateException("made for the test");
            }
        });
        await().until(() -> runs.get() == 3);
    }

    @Test
    void aTaskThatDoesNotEndIsNotAlive() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var over = new CountDownLatch(1);
        timer.accept(Duration.ZERO, () -> {
            begun.countDown();
            await().forever().until(() -> over.getCount() == 0);
        });
        begun.await();
        assertThat(timer.alive()).isTrue();
        nanos.addAndGet(Stalls.LIMIT.toNanos());
        assertThat(timer.alive()).isFalse();
        over.countDown();
        await().until(timer::alive);
    }

    @Test
    void noTaskRunsAfterClose() {
        timer.close();
        timer.accept(Duration.ZERO, () -> {});
        assertThat(timer.alive()).isTrue();
    }
}
