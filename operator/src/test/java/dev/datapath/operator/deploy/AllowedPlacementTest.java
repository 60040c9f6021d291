package dev.datapath.operator.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.Gateway;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AllowedPlacementTest {
    private static final DataPath DATA_PATH = Serialization.unmarshal("""
            apiVersion: datapath.dev/v1alpha1
            kind: DataPath
            metadata: {name: edge, namespace: ai}
            spec:
              listeners: [{name: s3, protocol: HTTP, port: 9000}]
              gateway:
                kind: DaemonSet
                placement:
                  tolerations:
                  - {key: gateway, operator: Exists}
                  - {operator: Exists}
                  priorityClassName: high
            """, DataPath.class);

    @Test
    void disallowedSettingsAreLeftOutAndReported() {
        var allowed = new AllowedPlacement(Set.of(), Set.of(), false);
        var gateway = allowed.of(DATA_PATH.getSpec().gateway());
        assertThat(gateway.kind()).isEqualTo(Gateway.WorkloadKind.Deployment);
        assertThat(gateway.placement().tolerations()).isEmpty();
        assertThat(gateway.placement().priorityClassName()).isNull();
        assertThat(allowed.leftOut(DATA_PATH))
                .containsExactly(
                        new AllowedPlacement.LeftOut(
                                "spec.gateway.kind",
                                "a DaemonSet is not allowed, so the gateways run as a Deployment: write kind: Deployment, or ask the"
                                        + " administrator of the operator to set the chart value gateway.allowed.daemonSet to true"),
                        new AllowedPlacement.LeftOut(
                                "spec.gateway.placement.priorityClassName",
                                "priority class high is not allowed, so the gateways have the default priority of the cluster: remove it, or ask the"
                                        + " administrator of the operator to add it to the chart value gateway.allowed.priorityClassNames"),
                        new AllowedPlacement.LeftOut(
                                "spec.gateway.placement.tolerations[0]",
                                "a toleration of taint gateway is not allowed, so the gateways do not have it: remove it, or ask the"
                                        + " administrator of the operator to add it to the chart value gateway.allowed.tolerations"),
                        new AllowedPlacement.LeftOut(
                                "spec.gateway.placement.tolerations[1]",
                                "a toleration of every taint is not allowed, so the gateways do not have it: remove it, or ask the"
                                        + " administrator of the operator to add it to the chart value gateway.allowed.tolerations, as \"*\""));
    }

    @Test
    void onlyListedTolerationsAreAllowed() {
        var allowed = new AllowedPlacement(Set.of("high"), Set.of("gateway"), true);
        assertThat(allowed.leftOut(DATA_PATH))
                .extracting(AllowedPlacement.LeftOut::field)
                .containsExactly("spec.gateway.placement.tolerations[1]");
    }

    @Test
    void asteriskAllowsEverything() {
        var allowed = new AllowedPlacement(Set.of("*"), Set.of("*"), true);
        assertThat(allowed.leftOut(DATA_PATH)).isEmpty();
        assertThat(allowed.of(DATA_PATH.getSpec().gateway()))
                .isEqualTo(DATA_PATH.getSpec().gateway());
    }
}
