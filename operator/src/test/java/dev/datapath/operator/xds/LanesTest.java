package dev.datapath.operator.xds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class LanesTest {
    private final Deque<Runnable> threads = new ArrayDeque<>();
    private final Lanes lanes = new Lanes(threads::add, 1);
    private final List<String> ran = new ArrayList<>();

    @Test
    void peersTakeTurnsDespiteAFlood() {
        for (int i = 0; i < 4; i++) {
            add("a", "a" + i);
        }
        add("b", "b0");
        add("b", "b1");
        add("c", "c0");
        runAll();
        assertThat(ran).containsExactly("a0", "b0", "c0", "a1", "b1", "a2", "a3");
        assertThat(lanes.size()).isZero();
    }

    @Test
    void oneLaneDoesNotExceedItsThreads() {
        lanes.of("a").execute(() -> {
            ran.add("first");
            runAll(); // a second thread comes while the first task runs
        });
        add("a", "second");
        add("b", "other");
        runAll();
        assertThat(ran).containsExactly("first", "other", "second");
    }

    @Test
    void aTaskThatFailsDoesNotStopItsLane() {
        lanes.of("a").execute(() -> {
            throw new IllegalStateException("a defect");
        });
        add("a", "next");
        try {
            runAll();
        } catch (IllegalStateException e) {
            runAll();
        }
        assertThat(ran).containsExactly("next");
    }

    private void add(String peer, String task) {
        lanes.of(peer).execute(() -> ran.add(task));
    }

    private void runAll() {
        while (!threads.isEmpty()) {
            threads.removeFirst().run();
        }
    }
}
