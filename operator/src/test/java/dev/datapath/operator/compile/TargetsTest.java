package dev.datapath.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetsTest {
    private static final String DATA_PATH = """
            kind: DataPath
            metadata: {name: training, namespace: ai}
            spec: {listeners: [{name: s3, protocol: HTTP, port: 9000}]}
            ---
            """;

    @Test
    void objectsWithAnExistingTargetHaveNoFindings() {
        assertThat(findings("""
                kind: RoutingPolicy
                metadata: {name: rules, namespace: ai}
                spec: {targetRefs: [{name: training}], rules: [{name: all, deny: {}}]}
                ---
                kind: ServiceLevelObjective
                metadata: {name: fast, namespace: ai}
                spec: {targetRef: {name: training}, objective: {availability: {target: "99.9"}}}
                """)).isEmpty();
    }

    @Test
    void missingTargetsAreReported() {
        assertThat(findings("""
                kind: RoutingPolicy
                metadata: {name: half, namespace: ai}
                spec: {targetRefs: [{name: training}, {name: inference}], rules: [{name: all, deny: {}}]}
                ---
                kind: RoutingPolicy
                metadata: {name: elsewhere, namespace: other}
                spec: {targetRefs: [{name: training}], rules: [{name: all, deny: {}}]}
                ---
                kind: RoutingPolicy
                metadata: {name: nothing, namespace: ai}
                ---
                kind: RoutingPolicy
                metadata: {name: service, namespace: ai}
                spec: {targetRefs: [{group: example.com, name: training}], rules: [{name: all, deny: {}}]}
                ---
                kind: ServiceLevelObjective
                metadata: {name: lost, namespace: ai}
                spec: {targetRef: {name: inference}}
                ---
                kind: ServiceLevelObjective
                metadata: {name: nothing, namespace: ai}
                spec: {window: 30d}
                """)).isEqualTo("""
                        RoutingPolicy ai/half: spec.targetRefs[1].name: DataPath ai/inference does not exist: create it, or reference another one of this namespace
                        RoutingPolicy ai/nothing: spec.targetRefs: a policy needs a target: reference a DataPath of its namespace
                        RoutingPolicy ai/service: spec.targetRefs[0]: the target is not a DataPath: write group: datapath.dev and kind: DataPath
                        RoutingPolicy other/elsewhere: spec.targetRefs[0].name: DataPath other/training does not exist: create it, or reference another one of this namespace
                        ServiceLevelObjective ai/lost: spec.targetRef.name: DataPath ai/inference does not exist: create it, or reference another one of this namespace
                        ServiceLevelObjective ai/nothing: spec.targetRef: an objective needs a target: reference a DataPath of its namespace
                        """);
    }

    @Test
    void poolsWithoutADataPathAreValidated() {
        var world = World.of("""
                kind: StoragePool
                metadata: {name: store, namespace: ai}
                spec:
                  nodes: {static: [{name: node-1, address: lost.internal, port: 9000}]}
                  tls: {mode: ServerOnly, caCertificateRefs: [{name: store-ca}]}
                """);

        assertThat(Compiler.findingsOfPools(
                        "ai",
                        world.pools(),
                        List.of(),
                        List.of(),
                        Discovery.NONE,
                        TestCertificates.NOW,
                        Environment.CLUSTER))
                .extracting(Finding::reason)
                .containsExactly(Reason.HostNotResolved, Reason.InvalidCertificateAuthority, Reason.ConfigMapNotFound);
    }

    private static String findings(String objects) {
        var world = World.of(DATA_PATH + objects);
        var text = new StringBuilder();
        Targets.findings(world.dataPaths(), world.policies(), world.objectives())
                .forEach(finding -> text.append(finding).append('\n'));
        return text.toString();
    }
}
