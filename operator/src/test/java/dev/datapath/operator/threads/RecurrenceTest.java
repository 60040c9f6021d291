package dev.datapath.operator.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecurrenceTest {
    private static final Duration LATER = Duration.ofHours(1);
    private static final Duration MUCH_LATER = Duration.ofHours(5);

    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, Daemons.named("recurrence-test"));
    private final AtomicInteger runs = new AtomicInteger();
    private volatile Runnable during = () -> {};
    private final Recurrence recurrence = new Recurrence(thread, () -> {
        runs.incrementAndGet();
        during.run();
        return LATER;
    });

    @AfterEach
    void close() {
        recurrence.close();
    }

    @Test
    void eachRunSchedulesOneNextRun() throws Exception {
        for (int i = 1; i <= 5; i++) {
            recurrence.within(Duration.ZERO);
            settle();
            assertThat(runs).hasValue(i);
        }
        assertThat(thread.getQueue()).hasSize(1);
        assertThat(minutesToNext()).isGreaterThan(50);
    }

    @Test
    void requestsBeforeARunAreCoalesced() throws Exception {
        var release = new CountDownLatch(1);
        thread.execute(() -> await(release));
        for (int i = 0; i < 5; i++) {
            recurrence.within(Duration.ZERO);
        }
        release.countDown();
        settle();
        assertThat(runs).hasValue(1);
        assertThat(thread.getQueue()).hasSize(1);
    }

    @Test
    void aRequestDuringARunCausesAnotherRun() throws Exception {
        during = () -> {
            during = () -> {};
            recurrence.within(Duration.ZERO);
        };
        recurrence.within(Duration.ZERO);
        settle();
        settle();
        assertThat(runs).hasValue(2);
        assertThat(thread.getQueue()).hasSize(1);
    }

    @Test
    void taskThatThrowsRunsAgain() throws Exception {
        for (var failure : List.<Runnable>of(
                () -> {
                    throw new IllegalStateException("this test's task fails");
                },
                () -> {
                    throw new StackOverflowError("this test's task fails");
                })) {
            during = failure;
            recurrence.within(Duration.ZERO);
            settle();
            assertThat(thread.getQueue()).hasSize(1);
            assertThat(minutesToNext()).isLessThan(1);
        }
    }

    @Test
    void theEarlierRunIsScheduled() {
        recurrence.within(MUCH_LATER);
        recurrence.within(LATER);
        recurrence.within(MUCH_LATER);
        assertThat(thread.getQueue()).hasSize(1);
        assertThat(minutesToNext()).isLessThanOrEqualTo(60);
    }

    @Test
    void noRunStartsAfterClose() {
        recurrence.close();
        assertThatCode(() -> recurrence.within(Duration.ZERO)).doesNotThrowAnyException();
        assertThat(thread.getQueue()).isEmpty();
    }

    /** Waits until all due runs have completed: the single thread runs them in order. */
    private void settle() throws InterruptedException, ExecutionException {
        thread.schedule(() -> {}, 0, TimeUnit.MILLISECONDS).get();
    }

    private long minutesToNext() {
        return ((Delayed) thread.getQueue().peek()).getDelay(TimeUnit.MINUTES);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
