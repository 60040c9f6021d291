package dev.datapath.operator.threads;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.model.ObjectKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class WakesTest {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final List<Runnable> due = new CopyOnWriteArrayList<>();
    private final List<ObjectKey> woken = new ArrayList<>();
    private Runnable during = () -> {};
    private final Wakes<ObjectKey> wakes = new Wakes<>(
            (pause, task) -> {
                assertThat(pause).isEqualTo(PAUSE);
                due.add(task);
            },
            PAUSE,
            topic -> {
                woken.add(topic);
                during.run();
            });

    @Test
    void aChangeWhileItsTopicIsWokenWakesItAgain() {
        var topic = new ObjectKey("ai", "a");
        during = () -> {
            if (woken.size() == 1) {
                wakes.changed(topic);
            }
        };
        wakes.changed(topic);
        pass();
        assertThat(due).hasSize(1);
        pass();
        assertThat(woken).containsExactly(topic, topic);
        assertThat(due).isEmpty();
    }

    @Test
    void aFailedWakeIsRetriedAndDoesNotBlockOtherTopics() {
        var a = new ObjectKey("ai", "a");
        var b = new ObjectKey("ai", "b");
        during = () -> {
            if (woken.size() == 1) {
                throw new IllegalStateException("made for the test");
            }
        };
        wakes.changed(a);
        wakes.changed(b);
        pass();
        assertThat(woken).containsExactly(a, b);
        pass();
        assertThat(woken).containsExactly(a, b, a);
    }

    private void pass() {
        var tasks = List.copyOf(due);
        due.clear();
        tasks.forEach(Runnable::run);
    }
}
