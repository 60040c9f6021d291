package dev.datapath.operator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.Environment;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.compile.UnreadObject;
import dev.datapath.operator.envoy.RenderOptions;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.status.Fleet;
import dev.datapath.operator.xds.SnapshotStore;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DataPathsTest {
    private static final ObjectKey TRAINING = new ObjectKey("ai", "training");
    private static final ObjectKey SERVING = new ObjectKey("ai", "serving");

    private final SnapshotStore store = new SnapshotStore();
    private final Publisher publisher = new Publisher(store, RenderOptions::pod);
    private final DataPaths dataPaths = new DataPaths(publisher, findings -> {}, decided -> {});

    @Test
    void usageIsUnknownBeforeTheFirstReconciliation() {
        assertThat(dataPaths.havePlans(List.of())).isTrue();
        assertThat(dataPaths.havePlans(List.of(TRAINING))).isFalse();

        var run = dataPaths.of(TRAINING, dataPath(TRAINING, "1"));
        compile(run);
        assertThat(dataPaths.havePlans(List.of(TRAINING)))
                .as("its gateways are not known")
                .isFalse();

        run.record(fleet());
        assertThat(dataPaths.havePlans(List.of(TRAINING))).isTrue();
        assertThat(dataPaths.havePlans(List.of(TRAINING, SERVING))).isFalse();
    }

    @Test
    void usageIsUnknownWhileTheApiServerPreventsTheFirstPlan() {
        var run = dataPaths.of(TRAINING, dataPath(TRAINING, "1"));
        run.record(fleet());
        assertThat(dataPaths.havePlans(List.of(TRAINING))).isFalse();

        compile(run);
        assertThat(dataPaths.havePlans(List.of(TRAINING))).isTrue();
    }

    @Test
    void unreadableDataPathDoesNotBlockPools() {
        var unread = dataPath(TRAINING, "1");
        UnreadObject.mark(unread, "spec.gateway.kind: Job");
        var run = dataPaths.of(TRAINING, unread);
        run.record(fleet());
        assertThat(dataPaths.havePlans(List.of(TRAINING))).isTrue();
    }

    @Test
    void stateIsNotSharedWithAnEarlierDataPathOfTheSameName() {
        var first = dataPath(TRAINING, "1");
        var known = dataPaths.of(TRAINING, first);
        compile(known);
        var ended = new AtomicInteger();
        known.until(DataPathsTest.class, ended::incrementAndGet);
        known.memory(StringBuilder.class, StringBuilder::new).append("remembered");
        assertThat(dataPaths.of(TRAINING, first)).isSameAs(known);
        assertThat(store.base("ai/training")).isNotNull();

        var second = dataPath(TRAINING, "2");
        var next = dataPaths.of(TRAINING, second);
        assertThat(ended).hasValue(1);
        assertThat(next.outcome().plan()).isNull();
        assertThat(next.memory(StringBuilder.class, StringBuilder::new)).isEmpty();
        assertThat(store.base("ai/training")).isNull();

        dataPaths.remove(TRAINING, first);
        assertThat(dataPaths.find(TRAINING))
                .as("told late of the end of the first")
                .contains(next);
        dataPaths.remove(TRAINING, second);
        assertThat(dataPaths.find(TRAINING)).isEmpty();
    }

    @Test
    void sizesOfOtherDataPathsReduceTheLimit() {
        assertThat(dataPaths.room(SERVING)).isEqualTo(dataPaths.room(TRAINING));
        var before = new ConfigurationRoom(10 << 20, () -> Stream.of(new ConfigurationRoom.Usage(TRAINING, 512 << 10)));
        assertThat(before.of(TRAINING)).as("its own").isEqualTo(1 << 20);
        assertThat(before.of(SERVING)).as("half for a namespace").isEqualTo(512 << 10);
        assertThat(before.of(new ObjectKey("other", "serving"))).isEqualTo(1 << 20);
    }

    private void compile(ManagedDataPath managed) {
        var step = managed.compile(new ResourceSet(
                dataPath(managed.key(), "1"),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Discovery.NONE,
                LastGood.NONE,
                Instant.EPOCH,
                Environment.CLUSTER));
        managed.take(step, publisher, 1);
    }

    private static Fleet fleet() {
        return new Fleet(1, List.of(), "v1", 1, "");
    }

    private static DataPath dataPath(ObjectKey key, String uid) {
        return Serialization.unmarshal("""
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: %s, namespace: %s, uid: "%s", generation: 1}
                spec:
                  listeners:
                  - {name: http, port: 8080, protocol: HTTP, defaultPool: {name: objectscale}}
                """.formatted(key.name(), key.namespace(), uid), DataPath.class);
    }
}
