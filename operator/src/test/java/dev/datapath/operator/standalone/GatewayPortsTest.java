package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathSpec;
import dev.datapath.api.v1alpha1.Listener;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.Environment;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.engine.DataPaths;
import dev.datapath.operator.engine.Publisher;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.xds.ResourceType;
import dev.datapath.operator.xds.Snapshot;
import dev.datapath.operator.xds.SnapshotStore;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayPortsTest {
    private static final ObjectKey TRAINING = new ObjectKey("ai", "training");
    private static final GatewayId FIRST = new GatewayId(TRAINING, 0);
    private static final GatewayId SECOND = new GatewayId(TRAINING, 1);

    @TempDir
    Path temp;

    private final SnapshotStore store = new SnapshotStore();
    private WorkDirectory work;
    private Publisher publisher;
    private DataPaths dataPaths;
    private GatewayPorts ports;

    @BeforeEach
    void open() throws IOException {
        work = WorkDirectory.open(temp.resolve("w"));
        var blueprint = new GatewayBlueprint(Path.of("/bin/envoy"), work, "127.0.0.1", 10, 1);
        publisher = new Publisher(store, plan -> blueprint.options());
        dataPaths = new DataPaths(publisher, findings -> {}, decided -> {});
        ports = new GatewayPorts(store, dataPaths, blueprint, 2);
    }

    @AfterEach
    void close() throws IOException {
        work.close();
    }

    @Test
    void gatewaysDifferInTheirPortsOnly() {
        publish(8080);
        var first = snapshot(FIRST);
        var second = snapshot(SECOND);
        assertThat(second.version(ResourceType.LISTENER)).isNotEqualTo(first.version(ResourceType.LISTENER));
        assertThat(second.version(ResourceType.ROUTE)).isEqualTo(first.version(ResourceType.ROUTE));
        assertThat(second.version(ResourceType.CLUSTER)).isEqualTo(first.version(ResourceType.CLUSTER));

        assertThat(second.intent()).isEqualTo(first.intent());

        publish(8070);
        assertThat(snapshot(SECOND).version()).isEqualTo(first.version());
        assertThat(snapshot(SECOND).intent()).isNotEqualTo(first.intent());
    }

    @Test
    void anEqualPlanIsAnEqualSnapshot() {
        publish(8080);
        var version = snapshot(FIRST).version();
        publish(8080);
        assertThat(snapshot(FIRST).version()).isEqualTo(version);
    }

    @Test
    void aGatewayDoesNotHaveAListenerWithoutAPort() {
        publish(65_530);
        var first = snapshot(FIRST);
        var second = snapshot(SECOND);
        assertThat(second.version(ResourceType.LISTENER)).isNotEqualTo(first.version(ResourceType.LISTENER));
        assertThat(second.intent()).isEqualTo(first.intent());
        assertThat(ports.findings(dataPaths.find(TRAINING).orElseThrow()))
                .singleElement()
                .satisfies(finding -> assertThat(finding.toString())
                        .isEqualTo("DataPath ai/training: spec.listeners[0].port: listener s3 would have port 65540 at"
                                + " gateway training-1, but the highest port is 65535, so it is not opened at this gateway:"
                                + " choose a lower port, or run with fewer --gateways or a smaller --port-offset"));
        publish(8080);
        assertThat(ports.findings(dataPaths.find(TRAINING).orElseThrow())).isEmpty();
    }

    @Test
    void aRetryChangesOnlyTheRetriedListenersOfThatGateway() {
        publish(8080);
        var first = snapshot(FIRST);
        var second = snapshot(SECOND).version();
        ports.retry(FIRST, Set.of("s3"));
        assertThat(snapshot(FIRST).version(ResourceType.LISTENER)).isNotEqualTo(first.version(ResourceType.LISTENER));
        assertThat(snapshot(FIRST).version(ResourceType.ROUTE)).isEqualTo(first.version(ResourceType.ROUTE));
        assertThat(snapshot(SECOND).version()).isEqualTo(second);
        assertThat(snapshot(FIRST).intent()).as("what was declared is the same").isEqualTo(first.intent());
    }

    @Test
    void theDataPathThatHasAPortIsKnown() {
        publish(8080);
        var other = new ObjectKey("ai", "other");
        assertThat(ports.holder(8080, other)).contains(TRAINING);
        assertThat(ports.holder(8090, other)).as("of the second gateway").contains(TRAINING);
        assertThat(ports.holder(8100, other)).isEmpty();
        assertThat(ports.holder(8080, TRAINING)).isEmpty();
    }

    @Test
    void aDeletedDataPathIsNoLongerServed() {
        publish(8080);
        dataPaths.retain(Set.of());
        assertThat(store.snapshot("ai/training", FIRST.name())).isNull();
    }

    private Snapshot snapshot(GatewayId id) {
        var snapshot = store.snapshot("ai/training", id.name());
        assertThat(snapshot).isNotNull();
        return snapshot;
    }

    private void publish(int port) {
        var dataPath = new DataPath();
        dataPath.setMetadata(
                new ObjectMetaBuilder().withNamespace("ai").withName("training").build());
        dataPath.setSpec(new DataPathSpec(
                List.of(new Listener("s3", Listener.Protocol.HTTP, port, List.of(), List.of(), null)),
                null,
                null,
                null,
                null));
        var managed = dataPaths.of(TRAINING, dataPath);
        ports.assign(managed);
        var step = managed.compile(new ResourceSet(
                dataPath,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Discovery.NONE,
                LastGood.NONE,
                Instant.EPOCH,
                Environment.STANDALONE));
        managed.take(step, publisher, 1);
    }
}
