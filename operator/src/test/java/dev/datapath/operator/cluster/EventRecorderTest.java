package dev.datapath.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.operator.apiserver.FakeApiServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.InstantSource;
import java.util.Collections;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventRecorderTest {
    private static final ConfigMap OBJECT = new ConfigMapBuilder()
            .withNewMetadata()
            .withNamespace("ai")
            .withName("some")
            .withUid("uid")
            .endMetadata()
            .build();

    private final AtomicInteger dropped = new AtomicInteger();

    @ParameterizedTest
    @ValueSource(ints = {1, 236, 237, 253})
    void nameOfAnEventIsValid(int length) {
        var object = "p".repeat(length);
        assertThat(EventRecorder.name(object, -1)).hasSizeLessThanOrEqualTo(253).matches("p+(-[0-9a-f]{10})?\\.f{16}");
        assertThat(EventRecorder.name(object, 1)).isNotEqualTo(EventRecorder.name(object, 2));
    }

    @Test
    void eventsWaitForTheApiServerOnAThreadOfTheirOwn() throws Exception {
        var answer = new CountDownLatch(1);
        try (var server = new FakeApiServer();
                var client = server.client();
                var events = recorder(client)) {
            server.breakWrites(write -> !passed(answer));
            record(events, 3);
            assertThat(server.list(Event.class, "ai")).isEmpty();
            answer.countDown();
            await().until(() -> server.list(Event.class, "ai").size() == 3);
        }
        assertThat(dropped).hasValue(0);
    }

    @Test
    void atMostSomeEventsWait() throws Exception {
        var answer = new CountDownLatch(1);
        try (var server = new FakeApiServer();
                var client = server.client();
                var events = recorder(client)) {
            server.breakWrites(write -> !passed(answer));
            record(events, 1);
            await().until(() -> !server.writes().isEmpty());
            record(events, EventRecorder.MAX_WAITING + 5);
            assertThat(dropped).hasValue(5);
            answer.countDown();
        }
    }

    @Test
    void whatWaitsAtTheEndIsWritten() throws Exception {
        try (var server = new FakeApiServer();
                var client = server.client()) {
            try (var events = recorder(client)) {
                record(events, 3);
            }
            assertThat(server.list(Event.class, "ai")).hasSize(3);
        }
    }

    private EventRecorder recorder(KubernetesClient client) {
        return new EventRecorder(client, "operator-0", InstantSource.system(), dropped::incrementAndGet);
    }

    private static void record(EventRecorder events, int number) {
        events.record(OBJECT, Collections.nCopies(number, new Transitions.Transition(false, "Accepted", "valid")));
    }

    private static boolean passed(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }
}
