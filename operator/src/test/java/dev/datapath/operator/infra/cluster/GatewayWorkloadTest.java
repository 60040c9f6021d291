package dev.datapath.operator.infra.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.Gateway;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;

class GatewayWorkloadTest {
    private static final String QUOTA =
            "pods \"gw-images-7d\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1";

    @Test
    void replicaFailuresAreReported() {
        assertThat(deployment("kind: Deployment\nreplicas: 3", "True", QUOTA))
                .isEqualTo(new GatewayWorkload(3, "Kubernetes cannot create more pods: " + QUOTA));
        assertThat(deployment("kind: Deployment\nreplicas: 3", "False", QUOTA).shortage())
                .isEmpty();
    }

    @Test
    void longReasonsAreCut() {
        assertThat(deployment("kind: Deployment\nreplicas: 3", "True", "x".repeat(10_000))
                        .shortage())
                .hasSizeLessThan(600)
                .endsWith("…");
    }

    @Test
    void aDeploymentWithoutAStatusReportsNoShortage() {
        var gateway = Serialization.unmarshal("kind: Deployment", Gateway.class);
        assertThat(GatewayWorkload.of(gateway, List.of(new Deployment()), List.of()))
                .isEqualTo(new GatewayWorkload(Gateway.DEFAULT_REPLICAS, ""));
        assertThat(GatewayWorkload.of(gateway, List.of(), List.of()))
                .isEqualTo(new GatewayWorkload(Gateway.DEFAULT_REPLICAS, ""));
    }

    @Test
    void aDaemonSetThatMatchesNoNodeNamesTheRemedy() {
        assertThat(daemonSet("{observedGeneration: 2, desiredNumberScheduled: 0}"))
                .satisfies(workload -> {
                    assertThat(workload.desired()).isZero();
                    assertThat(workload.shortage())
                            .contains("no node matches", "spec.gateway.placement")
                            .doesNotContain("replicas");
                });
    }

    @Test
    void aNewDaemonSetIsNotReportedAsMatchingNoNode() {
        for (var status : List.of("null", "{observedGeneration: 1, desiredNumberScheduled: 0}")) {
            assertThat(daemonSet(status))
                    .isEqualTo(new GatewayWorkload(
                            0, "Kubernetes has not determined yet which nodes should run gateways"));
        }
        assertThat(GatewayWorkload.of(Serialization.unmarshal("kind: DaemonSet", Gateway.class), List.of(), List.of())
                        .desired())
                .isZero();
    }

    @Test
    void aDaemonSetWithMissingPodsPointsToItsEvents() {
        assertThat(daemonSet("{observedGeneration: 2, desiredNumberScheduled: 3, currentNumberScheduled: 1}"))
                .isEqualTo(
                        new GatewayWorkload(
                                3,
                                "Kubernetes created pods for 1 of 3 nodes: if this does not change, check kubectl --namespace ai describe daemonset gw"));
        assertThat(daemonSet("{observedGeneration: 2, desiredNumberScheduled: 3, currentNumberScheduled: 3}"))
                .isEqualTo(new GatewayWorkload(3, ""));
    }

    private static GatewayWorkload deployment(String gateway, String failing, String message) {
        var deployment = Serialization.unmarshal(
                "spec: {replicas: 3}\nstatus: {conditions: [{type: Available, status: 'True', message: fine},"
                        + " {type: ReplicaFailure, status: '" + failing + "', message: '" + message + "'}]}",
                Deployment.class);
        return GatewayWorkload.of(Serialization.unmarshal(gateway, Gateway.class), List.of(deployment), List.of());
    }

    private static GatewayWorkload daemonSet(String status) {
        var set = Serialization.unmarshal(
                "metadata: {name: gw, namespace: ai, generation: 2}\nstatus: " + status, DaemonSet.class);
        return GatewayWorkload.of(Serialization.unmarshal("kind: DaemonSet", Gateway.class), List.of(), List.of(set));
    }
}
