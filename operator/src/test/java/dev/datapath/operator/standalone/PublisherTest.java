package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.xds.ResourceType;
import dev.datapath.operator.xds.Snapshot;
import dev.datapath.operator.xds.SnapshotStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublisherTest {
    private static final ObjectKey TRAINING = new ObjectKey("ai", "training");
    private static final GatewayId FIRST = new GatewayId(TRAINING, 0);
    private static final GatewayId SECOND = new GatewayId(TRAINING, 1);

    @TempDir
    Path temp;

    private final SnapshotStore store = new SnapshotStore();
    private WorkDirectory work;
    private Publisher publisher;

    @BeforeEach
    void open() throws IOException {
        work = WorkDirectory.open(temp.resolve("w"));
        publisher = new Publisher(store, new GatewayBlueprint(Path.of("/bin/envoy"), work, "127.0.0.1", 10, 1), 2);
    }

    @AfterEach
    void close() throws IOException {
        work.close();
    }

    @Test
    void gatewaysDifferInTheirPortsOnly() {
        publisher.publish(plan(8080));
        var first = snapshot(FIRST);
        var second = snapshot(SECOND);
        assertThat(second.version(ResourceType.LISTENER)).isNotEqualTo(first.version(ResourceType.LISTENER));
        assertThat(second.version(ResourceType.ROUTE)).isEqualTo(first.version(ResourceType.ROUTE));
        assertThat(second.version(ResourceType.CLUSTER)).isEqualTo(first.version(ResourceType.CLUSTER));

        publisher.publish(plan(8070));
        assertThat(snapshot(SECOND).version()).isEqualTo(first.version());
    }

    @Test
    void anEqualPlanIsAnEqualSnapshot() {
        publisher.publish(plan(8080));
        var version = publisher.version(FIRST);
        publisher.publish(plan(8080));
        assertThat(publisher.version(FIRST)).isEqualTo(version);
    }

    @Test
    void aRetryChangesTheListenersThatAreTriedAgainAtThatGatewayOnly() {
        publisher.publish(plan(8080));
        var first = snapshot(FIRST);
        var second = publisher.version(SECOND);
        publisher.retry(FIRST, Set.of("s3"));
        assertThat(snapshot(FIRST).version(ResourceType.LISTENER)).isNotEqualTo(first.version(ResourceType.LISTENER));
        assertThat(snapshot(FIRST).version(ResourceType.ROUTE)).isEqualTo(first.version(ResourceType.ROUTE));
        assertThat(publisher.version(SECOND)).isEqualTo(second);
    }

    @Test
    void aDataPathThatIsGoneIsServedNoMore() {
        publisher.publish(plan(8080));
        publisher.retain(Set.of());
        assertThat(publisher.version(FIRST)).isEmpty();
    }

    private Snapshot snapshot(GatewayId id) {
        var snapshot = store.snapshot(id.snapshotKey());
        assertThat(snapshot).isNotNull();
        return snapshot;
    }

    private static GatewayPlan plan(int port) {
        return new GatewayPlan(
                TRAINING,
                List.of(new ListenerPlan("s3", port, List.of(), List.of(), null, List.of(), null)),
                List.of(),
                List.of(),
                Duration.ofMinutes(10),
                GatewayPlan.AccessLog.ERRORS,
                false,
                50_000,
                null);
    }
}
