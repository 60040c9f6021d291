package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.standalone.Gateway.Phase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class GatewayTest {
    private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");
    private static final Backoff BACKOFF =
            new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(4), Duration.ofMinutes(1));
    private static final GatewaySpec SPEC = spec(Duration.ofMinutes(10));

    private final Machine machine = new Machine();
    private final Drains drains = new Drains();
    private final Gateway gateway = new Gateway(SPEC, machine, drains, BACKOFF);

    @Test
    void isRunningWhenItsAdminInterfaceReportsReadiness() {
        gateway.step(T0);
        assertThat(gateway.phase()).isEqualTo(Phase.STARTING);

        gateway.observed(machine.newest(), true);
        assertThat(gateway.phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void isRestartedWithBackoffWhenItKeepsEnding() {
        gateway.step(T0);
        var now = T0;
        var waits = new ArrayList<Long>();
        for (int i = 0; i < 5; i++) {
            machine.newest().die();
            gateway.step(now);
            var due = gateway.nextStep().orElseThrow();
            waits.add(Duration.between(now, due).toSeconds());
            gateway.step(due.minusMillis(1));
            assertThat(gateway.phase()).isEqualTo(Phase.BACKING_OFF);
            gateway.step(due);
            assertThat(gateway.phase()).isEqualTo(Phase.STARTING);
            now = due;
        }
        assertThat(waits).containsExactly(1L, 2L, 4L, 4L, 4L);
        assertThat(machine.mostAtOnce).isEqualTo(1);
        assertThat(gateway.restarts()).isEqualTo(5);
    }

    @Test
    void resetsTheBackoffAfterAStableRun() {
        gateway.step(T0);
        machine.newest().die();
        gateway.step(T0);
        var restart = gateway.nextStep().orElseThrow();
        gateway.step(restart);
        var later = restart.plus(Duration.ofMinutes(2));
        machine.newest().die();
        gateway.step(later);
        assertThat(gateway.nextStep()).contains(later.plusSeconds(1));
    }

    @Test
    void reportsWhyItEnded() {
        gateway.step(T0);
        machine.newest().lastWords = "error initializing configuration";
        machine.newest().die();
        gateway.step(T0);
        assertThat(gateway.problem()).isEqualTo("ended (pid 1): error initializing configuration");
    }

    @Test
    void retriesWhenItCannotBeStarted() {
        machine.broken = true;
        gateway.step(T0);
        assertThat(gateway.phase()).isEqualTo(Phase.BACKING_OFF);
        assertThat(gateway.problem()).contains("no such file");

        machine.broken = false;
        gateway.step(gateway.nextStep().orElseThrow());
        assertThat(gateway.phase()).isEqualTo(Phase.STARTING);
    }

    @Test
    void adoptsARunningProcessThatFits() {
        var left = machine.leave(true);
        gateway.step(T0);
        assertThat(gateway.process()).contains(left);
        assertThat(machine.started).isEmpty();
    }

    @Test
    void replacesAProcessThatDoesNotFitOnceItsPortsAreClosed() {
        var left = machine.leave(false);
        gateway.step(T0);
        assertThat(drains.started).containsExactly(left);
        assertThat(gateway.phase()).isEqualTo(Phase.STARTING);
        assertThat(machine.started).isEmpty();
        assertThat(gateway.nextStep()).isEmpty();

        drains.close();
        gateway.step(T0);
        gateway.observed(machine.newest(), true);
        assertThat(gateway.phase()).isEqualTo(Phase.RUNNING);
        assertThat(left.alive()).isTrue();
    }

    @Test
    void adoptsOneOfSeveralProcessesAndDrainsTheOthers() {
        var kept = machine.leave(true);
        var other = machine.leave(false);
        gateway.step(T0);
        assertThat(gateway.process()).contains(kept);
        assertThat(drains.started).containsExactly(other);
        assertThat(machine.started).isEmpty();
    }

    @Test
    void startsAgainWhileItsPreviousProcessDrains() {
        gateway.step(T0);
        var first = machine.newest();
        gateway.stop();
        gateway.step(T0);
        gateway.want(SPEC);
        drains.close();
        gateway.step(T0);
        assertThat(machine.newest()).isNotSameAs(first);
        gateway.observed(first, true);
        assertThat(gateway.phase()).isEqualTo(Phase.STARTING);

        drains.finish();
        gateway.step(T0);
        assertThat(gateway.process()).contains(machine.newest());
        assertThat(gateway.restarts()).isZero();
    }

    @Test
    void theNumberOfDrainingProcessesIsLimited() {
        drains.close();
        for (int i = 0; i < Gateway.MOST_DRAINING; i++) {
            gateway.want(SPEC);
            gateway.step(T0);
            gateway.stop();
            gateway.step(T0);
        }
        gateway.want(SPEC);
        gateway.step(T0);
        assertThat(machine.started).hasSize(Gateway.MOST_DRAINING);
        assertThat(gateway.phase()).isEqualTo(Phase.STARTING);
        assertThat(gateway.problem()).contains("at most 600 s", "spec.drain.timeout");

        drains.finish();
        gateway.step(T0);
        assertThat(machine.started).hasSize(Gateway.MOST_DRAINING + 1);
    }

    @Test
    void drainsWhenItIsNoLongerWanted() {
        gateway.step(T0);
        gateway.stop();
        gateway.step(T0);
        assertThat(gateway.phase()).isEqualTo(Phase.DRAINING);

        machine.newest().die();
        drains.finish();
        gateway.step(T0);
        assertThat(gateway.phase()).isEqualTo(Phase.STOPPED);
        assertThat(gateway.nextStep()).isEmpty();
    }

    @Test
    void isNotRestartedWhenStoppedDuringBackoff() {
        gateway.step(T0);
        machine.newest().die();
        gateway.step(T0);
        gateway.stop();
        gateway.step(T0.plusSeconds(60));
        assertThat(gateway.phase()).isEqualTo(Phase.STOPPED);
        assertThat(machine.started).hasSize(1);
    }

    @Test
    void keepsItsProcessWhenOnlyTheDrainTimeChanges() {
        gateway.step(T0);
        var longer = spec(Duration.ofMinutes(20));
        gateway.want(longer);
        gateway.step(T0);
        assertThat(machine.started).hasSize(1);

        gateway.stop();
        gateway.step(T0);
        assertThat(drains.timeout).isEqualTo(Duration.ofMinutes(20));
    }

    @Test
    void ignoresTheResponseOfAnEarlierProcess() {
        gateway.step(T0);
        var first = machine.newest();
        first.die();
        gateway.step(T0);
        gateway.step(gateway.nextStep().orElseThrow());
        gateway.observed(first, true);
        assertThat(gateway.phase()).isEqualTo(Phase.STARTING);
    }

    private static GatewaySpec spec(Duration drainTimeout) {
        return GatewaySpec.of(
                new GatewayId(new ObjectKey("ai", "training"), 0),
                Path.of("/run/training-0"),
                Path.of("/bin/envoy"),
                1,
                "{}",
                drainTimeout);
    }

    /** A machine on which processes start at once. */
    private static final class Machine implements GatewayLauncher {
        final List<FakeProcess> started = new ArrayList<>();
        boolean broken;
        long mostAtOnce;
        private final List<Found> left = new ArrayList<>();

        FakeProcess newest() {
            return started.getLast();
        }

        FakeProcess leave(boolean fits) {
            var process = new FakeProcess(99);
            left.add(new Found(process, fits));
            return process;
        }

        @Override
        public GatewayProcess start(GatewaySpec spec) throws IOException {
            if (broken) {
                throw new IOException("no such file");
            }
            started.add(new FakeProcess(started.size() + 1));
            mostAtOnce = Math.max(
                    mostAtOnce, started.stream().filter(FakeProcess::alive).count());
            return newest();
        }

        @Override
        public List<Found> find(GatewaySpec spec) {
            return left;
        }

        @Override
        public List<OrphanedGateway> all(Path workDirectory) {
            return List.of();
        }
    }

    private static final class Drains implements Gateway.Drainer {
        private final CompletableFuture<Void> closed = new CompletableFuture<>();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        final List<GatewayProcess> started = new ArrayList<>();
        Duration timeout = Duration.ZERO;

        void close() {
            closed.complete(null);
        }

        void finish() {
            closed.complete(null);
            ended.complete(null);
        }

        @Override
        public Gateway.Draining drain(String name, GatewayProcess process, Duration limit) {
            timeout = limit;
            started.add(process);
            return new Gateway.Draining(closed, ended);
        }
    }
}
