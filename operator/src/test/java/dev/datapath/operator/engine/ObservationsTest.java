package dev.datapath.operator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.compile.World;
import dev.datapath.operator.engine.Observations.Existence;
import dev.datapath.operator.envoy.RenderOptions;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.status.Fleet;
import dev.datapath.operator.status.GatewayView;
import dev.datapath.operator.status.PolicyStatuses;
import dev.datapath.operator.xds.SnapshotStore;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObservationsTest {
    private static final ObjectKey TRAINING = new ObjectKey("ai", "training");
    private static final String DATA_PATH = """
            apiVersion: datapath.dev/v1alpha1
            kind: DataPath
            metadata: {name: training, namespace: ai, uid: "1", generation: %d}
            spec:
              listeners:
              - {name: clear, port: %d, protocol: HTTP}
              poolRef: {name: store}
            """;
    private static final String READS = """
            apiVersion: datapath.dev/v1alpha1
            kind: RoutingPolicy
            metadata: {name: reads, namespace: ai, uid: "2", generation: %d}
            spec:
              targetRefs: [{kind: DataPath, name: training}]
              rules: [{name: reads, deny: {code: AccessDenied}}]
            """;
    private static final String STORE = """
            apiVersion: datapath.dev/v1alpha1
            kind: StoragePool
            metadata: {name: store, namespace: ai, uid: "3", generation: %d}
            spec:
              provider: Generic
              nodes: {static: [{name: node-1, address: 10.0.0.1, port: 9000}]}
            """;
    private static final String LATENCY = """
            apiVersion: datapath.dev/v1alpha1
            kind: ServiceLevelObjective
            metadata: {name: latency, namespace: ai, uid: "4", generation: %d}
            spec:
              targetRef: {kind: DataPath, name: training}
              objective: {availability: {target: 99.9}}
            """;
    private static final RoutingPolicy POLICY = policy(1);

    private final Publisher publisher = new Publisher(new SnapshotStore(), RenderOptions::pod);
    private final DataPaths dataPaths = new DataPaths(publisher, findings -> {}, key -> {});
    private final Observations observations = new Observations(null, dataPaths, null);

    @Test
    void policyIsKnownWhenItsTargetWasObserved() {
        assertThat(observations.of(POLICY, key -> Existence.YES)).isEmpty();
        assertThat(observations.of(POLICY, key -> Existence.NO))
                .hasValueSatisfying(none -> assertThat(none).isEmpty());

        var managed = compiled(1, 8080);
        assertThat(observations.of(POLICY, key -> Existence.YES)).isEmpty();
        run(managed);
        assertThat(observations.of(POLICY, key -> Existence.YES))
                .hasValueSatisfying(targets -> assertThat(targets).containsOnlyKeys("training"));
    }

    @Test
    void unreadableTargetDoesNotBlockOtherTargets() {
        var both = Serialization.unmarshal(
                READS.formatted(1).replace("[{kind", "[{kind: DataPath, name: hidden}, {kind"), RoutingPolicy.class);
        run(compiled(1, 8080, both));

        assertThat(observations.of(both, key -> Existence.UNKNOWN))
                .hasValueSatisfying(targets -> assertThat(targets)
                        .containsOnlyKeys("hidden", "training")
                        .containsEntry("hidden", new PolicyStatuses.Unread()));
        assertThat(observations.of(both, key -> Existence.YES)).isEmpty();
    }

    /** Gateways were observed with the previous plan, and appear to run everything. */
    @Test
    void policyIsUnknownUntilGatewaysWereObservedWithIt() {
        var managed = compiled(1, 8080);
        run(managed);
        assertThat(programmed(POLICY)).isEqualTo("True");

        // The policy is changed and not compiled yet: its reconciler may run first.
        assertThat(observations.of(policy(2), key -> Existence.YES)).isEmpty();
        compiled(1, 8081, policy(2));
        assertThat(observations.of(policy(2), key -> Existence.YES)).isEmpty();
        run(managed);
        assertThat(programmed(policy(2))).isEqualTo("True");
    }

    /** Nothing is compiled while a DataPath cannot be read, so the state in force is reported. */
    @Test
    void uncompilablePolicyIsNotProgrammed() {
        var managed = compiled(1, 8080);
        run(managed);
        managed.suspend(true);
        assertThat(programmed(policy(2))).isEqualTo("False");
        assertThat(programmed(POLICY)).isEqualTo("True");
        managed.suspend(false);
        assertThat(observations.of(policy(2), key -> Existence.YES)).isEmpty();
    }

    /** {@link EngineScenarios} tests that it is known afterwards. */
    @Test
    void poolIsUnknownUntilPlansContainIt() {
        run(compiled(1, 8080));
        assertThat(observations.of(pool(2), List.of(TRAINING))).isEmpty();
    }

    @Test
    void objectiveIsReportedFromPlansThatContainIt() {
        run(compiled(1, 8080));
        assertThat(observations.of(objective(1), key -> Existence.YES)).isPresent();
        assertThat(observations.of(objective(2), key -> Existence.YES)).isEmpty();
    }

    private String programmed(RoutingPolicy policy) {
        var targets = observations.of(policy, key -> Existence.YES).orElseThrow();
        return PolicyStatuses.of(policy, 1, targets, null, Instant.EPOCH).ancestors().stream()
                .flatMap(ancestor -> ancestor.conditions().stream())
                .filter(condition -> condition.getType().equals("Programmed"))
                .map(Condition::getStatus)
                .findFirst()
                .orElseThrow();
    }

    private ManagedDataPath compiled(int generation, int port) {
        return compiled(generation, port, POLICY);
    }

    private ManagedDataPath compiled(int generation, int port, RoutingPolicy policy) {
        var resources = World.of(String.join(
                        "---\n",
                        DATA_PATH.formatted(generation, port),
                        Serialization.asYaml(policy).replaceFirst("^---\\s*", ""),
                        STORE.formatted(1),
                        LATENCY.formatted(1)))
                .resources(null);
        var managed = dataPaths.of(TRAINING, resources.dataPath());
        managed.take(managed.compile(resources), publisher, 1);
        return managed;
    }

    /** Records that its gateway runs the newest plan. */
    private static void run(ManagedDataPath managed) {
        managed.record(fleet(managed));
        managed.acknowledged();
    }

    private static Fleet fleet(ManagedDataPath managed) {
        return new Fleet(
                1,
                List.of(new GatewayView("gateway-1", true, true, List.of(), "")),
                managed.outcome().version(),
                1,
                "");
    }

    private static RoutingPolicy policy(int generation) {
        return Serialization.unmarshal(READS.formatted(generation), RoutingPolicy.class);
    }

    private static StoragePool pool(int generation) {
        return Serialization.unmarshal(STORE.formatted(generation), StoragePool.class);
    }

    private static ServiceLevelObjective objective(int generation) {
        return Serialization.unmarshal(LATENCY.formatted(generation), ServiceLevelObjective.class);
    }
}
