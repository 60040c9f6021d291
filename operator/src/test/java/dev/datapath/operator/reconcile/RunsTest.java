package dev.datapath.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.Environment;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.control.DataPathRun;
import dev.datapath.operator.plan.ObjectKey;
import dev.datapath.operator.status.Fleet;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunsTest {
    private static final ObjectKey TRAINING = new ObjectKey("ai", "training");
    private static final ObjectKey SERVING = new ObjectKey("ai", "serving");

    private final Runs runs = new Runs(findings -> {});

    @Test
    void whatADataPathUsesIsNotKnownBeforeItWasReconciled() {
        assertThat(runs.havePlans(List.of())).isTrue();
        assertThat(runs.havePlans(List.of(TRAINING))).isFalse();

        var run = runs.of(TRAINING, dataPath(TRAINING));
        compile(run);
        assertThat(runs.havePlans(List.of(TRAINING)))
                .as("its gateways are not known")
                .isFalse();

        runs.record(run, fleet());
        assertThat(runs.havePlans(List.of(TRAINING))).isTrue();
        assertThat(runs.havePlans(List.of(TRAINING, SERVING))).isFalse();
    }

    @Test
    void whatADataPathUsesIsNotKnownWhileTheApiServerKeepsItFromItsFirstPlan() {
        var run = runs.of(TRAINING, dataPath(TRAINING));
        runs.record(run, fleet());
        assertThat(runs.havePlans(List.of(TRAINING))).isFalse();

        compile(run);
        assertThat(runs.havePlans(List.of(TRAINING))).isTrue();
    }

    @Test
    void whatIsKnownOfADataPathIsNotOfAnotherOneOfItsName() {
        var first = dataPath(TRAINING);
        first.getMetadata().setUid("1");
        assertThat(runs.isOf(first)).isFalse();
        runs.of(TRAINING, first);
        assertThat(runs.isOf(first)).isTrue();

        var second = dataPath(TRAINING);
        second.getMetadata().setUid("2");
        assertThat(runs.isOf(second)).isFalse();
    }

    private static void compile(DataPathRun run) {
        run.update(
                new ResourceSet(
                        dataPath(run.key()),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        Discovery.NONE,
                        LastGood.NONE,
                        Instant.EPOCH,
                        Environment.CLUSTER),
                plan -> "v1",
                1);
    }

    private static Fleet fleet() {
        return new Fleet(1, List.of(), "v1", 1, "");
    }

    private static DataPath dataPath(ObjectKey key) {
        return Serialization.unmarshal("""
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: %s, namespace: %s}
                spec:
                  listeners:
                  - {name: http, port: 8080, protocol: HTTP, defaultPool: {name: objectscale}}
                """.formatted(key.name(), key.namespace()), DataPath.class);
    }
}
