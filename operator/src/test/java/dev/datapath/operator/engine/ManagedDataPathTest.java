package dev.datapath.operator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathSpec;
import dev.datapath.api.v1alpha1.Listener;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.RoutingPolicySpec;
import dev.datapath.operator.compile.Discovery;
import dev.datapath.operator.compile.Environment;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.ResourceSet;
import dev.datapath.operator.compile.World;
import dev.datapath.operator.envoy.RenderOptions;
import dev.datapath.operator.model.Decisions;
import dev.datapath.operator.model.Decisions.Node;
import dev.datapath.operator.model.Decisions.NodeWeight;
import dev.datapath.operator.model.Decisions.Terms;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.xds.ResourceType;
import dev.datapath.operator.xds.SnapshotStore;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManagedDataPathTest {
    private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");

    private final SnapshotStore store = new SnapshotStore();
    private final Publisher publisher = new Publisher(store, this::options);
    private final DataPath first = dataPath(8080);
    private final ManagedDataPath managed = new ManagedDataPath(new ObjectKey("ai", "training"), first);
    private int published;
    private boolean fails;

    @Test
    void planIsPublishedOnlyWhenItChanged() {
        assertThat(update(set(first, T0), 1)).isInstanceOf(Step.Compiled.class);
        assertThat(update(set(first, T0.plusSeconds(1)), 2)).isInstanceOf(Step.Unchanged.class);
        assertThat(update(set(dataPath(8080), T0.plusSeconds(2)), 3)).isInstanceOf(Step.Compiled.class);
        assertThat(published).isEqualTo(1);
        assertThat(managed.takePendingSince()).isEqualTo(1);

        update(set(dataPath(8081), T0.plusSeconds(3)), 4);
        assertThat(published).isEqualTo(2);
        assertThat(managed.takePendingSince()).isEqualTo(4);
        assertThat(store.base("ai/training"))
                .satisfies(base -> assertThat(base.intent())
                        .isEqualTo(managed.publication().orElseThrow().version()));
    }

    /** Between both, the NetworkPolicy is applied, which may fail. */
    @Test
    void stepThatWasNotTakenIsStillDue() {
        assertThat(managed.compile(set(first, T0))).isInstanceOf(Step.Compiled.class);
        assertThat(managed.publication()).isEmpty();
        assertThat(managed.compile(set(first, T0))).isInstanceOf(Step.Compiled.class);
    }

    @Test
    void equalInputsAreRecompiledAfterMaxAge() {
        update(set(first, T0), 1);
        assertThat(update(set(first, T0.plus(ManagedDataPath.MAX_AGE)), 2)).isInstanceOf(Step.Compiled.class);
        assertThat(ManagedDataPath.MAX_AGE).isLessThanOrEqualTo(Duration.ofMinutes(5));
    }

    /** Certificates are checked against the current wall-clock time. */
    @Test
    void inputsAreRecompiledWhenTheClockWasSetBack() {
        update(set(first, T0), 1);
        assertThat(update(set(first, T0.minus(Duration.ofHours(1))), 2)).isInstanceOf(Step.Compiled.class);
    }

    @Test
    void defectLeavesThePlanInForceAndIsReported() {
        update(set(first, T0), 1);
        var inForce = managed.outcome().plan();
        fails = true;
        update(set(dataPath(8081), T0), 2);
        assertThat(managed.outcome().plan()).isSameAs(inForce);
        assertThat(managed.outcome().defect()).contains("boom");

        fails = false;
        update(set(dataPath(8082), T0), 3);
        assertThat(managed.outcome().defect()).isEmpty();
    }

    @Test
    void policyRunsOnceGatewaysAcknowledgedIt() {
        var policy = policy();
        update(set(first, T0, policy), 1);
        assertThat(managed.runs(policy)).isFalse();

        managed.acknowledged();
        assertThat(managed.runs(policy)).isTrue();
        assertThat(managed.runs(policy())).as("another state of it").isFalse();

        update(set(dataPath(8081), T0, policy), 2);
        assertThat(managed.awaitsAcknowledgement()).isTrue();
        assertThat(managed.runs(policy)).as("whatever happens to others").isTrue();
    }

    @Test
    void decisionIsPublishedWithoutRecompilation() {
        var set = withPool(T0);
        update(set, 1);
        managed.acknowledged();
        managed.takePendingSince();
        var declared = managed.publication().orElseThrow();
        var before = store.base("ai/training");

        managed.enact(decisions(1, T0, T0.plusSeconds(60)));
        assertThat(managed.compile(at(set, 1))).isInstanceOf(Step.Adjusted.class);
        assertThat(managed.compile(at(set, 1))).as("not taken yet").isInstanceOf(Step.Adjusted.class);
        update(at(set, 1), 2);

        var after = store.base("ai/training");
        assertThat(after.version()).isNotEqualTo(before.version());
        assertThat(after.intent()).isEqualTo(before.intent());
        for (var type : ResourceType.values()) {
            assertThat(after.version(type).equals(before.version(type)))
                    .as(type.name())
                    .isEqualTo(type != ResourceType.ENDPOINT);
        }
        assertThat(published).as("renderings of the plan").isEqualTo(1);
        assertThat(managed.publication()).containsSame(declared);
        assertThat(managed.awaitsAcknowledgement()).isFalse();
        assertThat(managed.pendingSince()).isZero();
        assertThat(managed.outcome()
                        .plan()
                        .pools()
                        .getFirst()
                        .nodes()
                        .getFirst()
                        .weight())
                .as("the plan is what was declared")
                .isEqualTo(100);
        assertThat(update(at(set, 2), 3)).isInstanceOf(Step.Unchanged.class);
    }

    @Test
    void decisionExpiresWithoutAnyEvent() {
        var set = withPool(T0);
        managed.enact(decisions(1, T0, T0.plusSeconds(20)));
        update(set, 1);
        var declared = managed.publication().orElseThrow().version();
        assertThat(store.base("ai/training").version()).isNotEqualTo(declared);
        assertThat(managed.nextStep()).contains(T0.plusSeconds(20));

        assertThat(managed.adjust(T0.plusSeconds(19))).isInstanceOf(Step.Unchanged.class);
        managed.take(managed.adjust(T0.plusSeconds(20)), publisher, 2);
        assertThat(store.base("ai/training").version()).isEqualTo(declared);
        assertThat(managed.nextStep()).isEmpty();
    }

    @Test
    void newPlanKeepsTheDecisions() {
        managed.enact(decisions(1, T0, T0.plusSeconds(20)));
        update(withPool(T0), 1);
        var before = managed.publication().orElseThrow();
        update(withPool(T0), 2);
        var after = store.base("ai/training");
        assertThat(published).as("the same plan of another DataPath object").isEqualTo(1);
        assertThat(after.intent()).isEqualTo(before.version());
        assertThat(after.version()).isNotEqualTo(before.version());
    }

    @Test
    void decisionsInStatusChangeAtALimitedPace() {
        var set = withPool(T0);
        update(set, 1);
        var shown = new ArrayList<Object>();
        for (int second = 1; second <= 55; second++) {
            managed.enact(decisions(second, T0, T0.plusSeconds(300)));
            assertThat(update(at(set, second), 2)).isInstanceOf(Step.Adjusted.class);
            if (!shown.contains(managed.outcome().adjustments())) {
                shown.add(managed.outcome().adjustments());
            }
        }
        assertThat(shown).hasSize(6);
        var due = managed.nextStep().orElseThrow();
        managed.take(managed.adjust(due), publisher, 2);
        assertThat(managed.outcome().adjustments().percents("store")).isEqualTo(Map.of("one", 55.0));
        assertThat(managed.nextStep()).as("the expiry").contains(T0.plusSeconds(300));
    }

    private static Decisions decisions(double percent, Instant from, Instant until) {
        return new Decisions(
                List.of(new NodeWeight(new Node("store", "one"), percent, new Terms("slow", from, from, until))));
    }

    private static ResourceSet withPool(Instant now) {
        return World.of("""
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: training, namespace: ai}
                spec: {listeners: [{name: s3, protocol: HTTP, port: 8080}], poolRef: {name: store}}
                ---
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: store, namespace: ai}
                spec:
                  nodes:
                    static:
                    - {name: one, address: 10.0.0.1, port: 80}
                    - {name: two, address: 10.0.0.2, port: 80}
                ---
                kind: World
                now: %s
                """.formatted(now)).resources(null);
    }

    /** The same objects at a later time. */
    private static ResourceSet at(ResourceSet set, int seconds) {
        return new ResourceSet(
                set.dataPath(),
                set.pools(),
                set.policies(),
                set.objectives(),
                set.secrets(),
                set.configMaps(),
                set.discovery(),
                set.lastGood(),
                set.now().plusSeconds(seconds),
                set.environment());
    }

    private Step update(ResourceSet set, long seenNanos) {
        var step = managed.compile(set);
        managed.take(step, publisher, seenNanos);
        return step;
    }

    private RenderOptions options(GatewayPlan plan) {
        if (fails) {
            throw new IllegalStateException("boom");
        }
        published++;
        return RenderOptions.pod(plan);
    }

    private static RoutingPolicy policy() {
        var policy = new RoutingPolicy();
        policy.setMetadata(
                new ObjectMetaBuilder().withNamespace("ai").withName("rules").build());
        policy.setSpec(new RoutingPolicySpec(List.of(), List.of()));
        return policy;
    }

    private static ResourceSet set(DataPath dataPath, Instant now, RoutingPolicy... policies) {
        return new ResourceSet(
                dataPath,
                List.of(),
                List.of(policies),
                List.of(),
                List.of(),
                List.of(),
                Discovery.NONE,
                LastGood.NONE,
                now,
                Environment.CLUSTER);
    }

    private static DataPath dataPath(int port) {
        var dataPath = new DataPath();
        dataPath.setMetadata(
                new ObjectMetaBuilder().withNamespace("ai").withName("training").build());
        dataPath.setSpec(new DataPathSpec(
                List.of(new Listener("s3", Listener.Protocol.HTTP, port, List.of(), List.of(), null)),
                null,
                null,
                null,
                null));
        return dataPath;
    }
}
