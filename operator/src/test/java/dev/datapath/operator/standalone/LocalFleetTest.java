package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathSpec;
import dev.datapath.api.v1alpha1.Listener;
import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.Environment;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.standalone.Gateway.Phase;
import dev.datapath.operator.telemetry.GatewayReports;
import dev.datapath.operator.telemetry.ScrapeSettings;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFleetTest {
    private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");
    private static final GatewayId ID = new GatewayId(new ObjectKey("ai", "training"), 0);
    /** For all targets. */
    private static final String ANSWER = """
            {"listener_statuses": [{"name": "s3"}], "cluster_statuses": [{"name": "pool/rgw", "host_statuses": [
              {"address": {"socket_address": {"address": "10.0.0.1", "port_value": 8000}}}]}]}
            """;

    @TempDir
    Path temp;

    private final FakeLauncher launcher = new FakeLauncher();
    private final GatewayReports<GatewayProcess> reports =
            new GatewayReports<>(new AdminScraper(), ScrapeSettings.PROCESSES, object -> {}, InstantSource.fixed(T0));
    private final LogTrimmer logs = new LogTrimmer();
    private final List<String> drained = new ArrayList<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private WorkDirectory work;
    private LocalFleet fleet;

    @BeforeEach
    void open() throws IOException {
        work = WorkDirectory.open(temp.resolve("w"));
        fleet = new LocalFleet(
                new GatewayBlueprint(Path.of("/bin/envoy"), work, "127.0.0.1", 10, 1),
                launcher,
                (name, process, timeout) -> {
                    drained.add(name);
                    return new Gateway.Draining(closed, new CompletableFuture<>());
                },
                reports,
                logs,
                () -> {});
        want();
    }

    @AfterEach
    void close() throws IOException {
        reports.close();
        logs.close();
        work.close();
    }

    @Test
    void aGatewayRunsWhenItsProcessReportsThatItIsReady() {
        untilItRuns(T0);
        assertThat(fleet.listeners(ID)).contains(Set.of("s3"));
        assertThat(fleet.nodes("ai", "rgw")).hasSize(1);
    }

    @Test
    void theResponseOfAReplacedProcessIsIgnored() {
        untilItRuns(T0);
        launcher.newest.die();
        fleet.step(T0);
        assertThat(fleet.listeners(ID)).isEmpty();
        assertThat(fleet.nodes("ai", "rgw")).isEmpty();

        launcher.answers = false;
        var restart = fleet.nextStep().orElseThrow();
        fleet.step(restart);
        fleet.step(restart);
        assertThat(phase()).isEqualTo(Phase.STARTING);
        assertThat(fleet.listeners(ID)).isEmpty();

        launcher.newest.silent = false;
        untilItRuns(restart);
    }

    @Test
    void reportsAreDroppedWhenTheDataPathIsDeleted() {
        untilItRuns(T0);
        fleet.retain(List.of());
        fleet.step(T0);
        assertThat(phase()).isEqualTo(Phase.DRAINING);
        assertThat(fleet.nodes("ai", "rgw")).isEmpty();
        assertThat(fleet.listeners(ID)).isEmpty();
    }

    /** An operator may be stopped before it has searched for gateways of an earlier one. */
    @Test
    void allGatewaysEndIncludingThoseNotAdoptedYet() {
        launcher.left = List.of(work.gateway(ID), work.gateway(new GatewayId(new ObjectKey("ai", "other"), 0)));
        fleet.endAll();
        fleet.endAll();
        assertThat(drained)
                .hasSize(2)
                .anyMatch(name -> name.startsWith("training-"))
                .anyMatch(name -> name.startsWith("other-"));
        assertThat(fleet.isEmpty()).isFalse();
    }

    @Test
    void aGatewayOfOursIsDrainedOnce() {
        untilItRuns(T0);
        launcher.left = List.of(work.gateway(ID));
        fleet.endAll();
        fleet.step(T0);
        fleet.endAll();
        assertThat(drained).hasSize(1);
    }

    /** The file was missing briefly. */
    @Test
    void aRecreatedDataPathIsServedWhileItsPreviousGatewayDrains() throws IOException {
        untilItRuns(T0);
        var first = launcher.newest;
        fleet.retain(List.of());
        fleet.step(T0);
        want();
        fleet.step(T0);
        assertThat(launcher.newest).isSameAs(first);

        closed.complete(null);
        fleet.step(T0);
        assertThat(launcher.newest).isNotSameAs(first);
        untilItRuns(T0);
        assertThat(first.alive()).isTrue();
        assertThat(fleet.listeners(ID)).contains(Set.of("s3"));
    }

    @Test
    void aDataPathRecreatedBeforeTheDrainKeepsItsGateway() throws IOException {
        untilItRuns(T0);
        fleet.retain(List.of());
        want();
        untilItRuns(T0);
        assertThat(launcher.newest.pid()).isEqualTo(1);
        assertThat(drained).isEmpty();
    }

    private void untilItRuns(Instant now) {
        await().until(() -> {
            fleet.step(now);
            return phase() == Phase.RUNNING;
        });
    }

    private Phase phase() {
        return fleet.gateways().get(ID).phase();
    }

    private void want() throws IOException {
        var dataPath = new DataPath();
        dataPath.setMetadata(
                new ObjectMetaBuilder().withNamespace("ai").withName("training").build());
        dataPath.setSpec(new DataPathSpec(
                List.of(new Listener("s3", Listener.Protocol.HTTP, 8080, List.of(), List.of(), null)),
                null,
                null,
                null,
                null));
        var inputs = new ResourceSet(
                dataPath,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Discovery.NONE,
                LastGood.NONE,
                Instant.EPOCH,
                Environment.STANDALONE);
        fleet.want(ID, Compiler.compile(inputs).plan());
    }

    private static final class FakeLauncher implements GatewayLauncher {
        private FakeProcess newest = new FakeProcess(0);
        private boolean answers = true;
        private List<Path> left = List.of();

        @Override
        public GatewayProcess start(GatewaySpec spec) {
            newest = new FakeProcess(newest.pid() + 1);
            newest.stats.add(ANSWER);
            newest.silent = !answers;
            return newest;
        }

        @Override
        public List<Found> find(GatewaySpec spec) {
            return List.of();
        }

        @Override
        public List<OrphanedGateway> all(Path workDirectory) {
            return left.stream()
                    .map(directory -> new OrphanedGateway(directory, new FakeProcess(77), Duration.ofSeconds(1)))
                    .toList();
        }
    }
}
