package dev.datapath.operator.xds;

import static dev.datapath.operator.xds.ResourceType.CLUSTER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Failures of the xDS server's own work. */
@Tag("tier2")
class DefectsTest {
    private final AtomicBoolean defective = new AtomicBoolean();
    private final AtomicInteger ticks = new AtomicInteger();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final XdsEvents events = new XdsEvents() {
        @Override
        public void acknowledged(String dataPath, String gateway, ResourceType type, String version) {
            if (defective.get()) {
                throw new StackOverflowError("a defect");
            }
        }

        @Override
        public void failed(String what) {
            failures.add(what);
        }
    };

    @RegisterExtension
    private final XdsFixture xds = new XdsFixture(server -> server.events(events)
            .stallLimit(Duration.ofMillis(400))
            .clock(() -> {
                if (defective.get() && Thread.currentThread().getName().startsWith("xds-timer")) {
                    ticks.incrementAndGet();
                    throw new IllegalStateException("a defect");
                }
                return java.time.Instant.now();
            }));

    @Test
    void aStreamWithADefectIsClosedAndTheGatewayStartsOver() {
        xds.publish(Samples.gateway("a"));
        var envoy = xds.connect();
        envoy.ask(CLUSTER);
        var response = envoy.expect(CLUSTER);
        defective.set(true);
        envoy.ack(response);
        assertThat(envoy.awaitEnd().getCode()).isEqualTo(Status.Code.INTERNAL);
        await().until(() -> xds.sync().gateways().isEmpty());
        assertThat(failures).contains("stream");
        defective.set(false);
        xds.connect().startUp("main", "a");
        await().until(() -> !xds.sync().gateways().isEmpty());
    }

    @Test
    void aFailedCheckIsRepeated() {
        xds.publish(Samples.gateway("a"));
        var gone = xds.connect();
        gone.startUp("main", "a");
        await().until(() -> !xds.sync().gateways().isEmpty());
        gone.close();
        await().until(() -> xds.sync().gateways().isEmpty());
        defective.set(true); // the check looks at the time when it forgets gateways that are gone
        await().until(() -> ticks.get() > 2);
        assertThat(failures).contains("timer");
    }

    @Test
    void threadsThatTakeNoWorkEndLiveness() {
        xds.publish(Samples.gateway("a"));
        var release = new CountDownLatch(1);
        xds.server().sync().onChange(key -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(xds.server().alive()).isTrue();
        xds.connect().ask(CLUSTER);
        await().until(() -> !xds.server().alive());
        release.countDown();
        await().until(() -> xds.server().alive());
    }

    @Test
    void aTimerThatStoppedEndsLiveness() {
        var now = new AtomicLong();
        Executor direct = Runnable::run;
        var heartbeat = new Heartbeat(List.of(direct), Duration.ofNanos(10), now::get);
        now.set(10);
        assertThat(heartbeat.alive()).isTrue();
        now.set(11);
        assertThat(heartbeat.alive()).isFalse();
        heartbeat.beat();
        assertThat(heartbeat.alive()).isTrue();
    }
}
