package dev.datapath.operator.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

class PolicyUnionTest {
    private static final String HTTP = "{ports: [{port: 8080, protocol: TCP}]}";
    private static final String HTTPS = "{ports: [{port: 8443, protocol: TCP}]}";
    private static final String DNS = "{ports: [{port: 53, protocol: UDP}]}";

    private final NetworkPolicy before = policy("[Ingress, Egress]", HTTP, DNS + ", " + nodes(9000, "10.0.0.1"));
    private final NetworkPolicy after =
            policy("[Ingress, Egress]", HTTPS, DNS + ", " + nodes(9000, "10.0.0.2", "10.0.0.3"));

    @Test
    void unionAllowsWhatEitherPolicyAllows() {
        assertThat(PolicyUnion.of(after, before))
                .isEqualTo(policy(
                        "[Ingress, Egress]",
                        HTTPS + ", " + HTTP,
                        DNS + ", " + nodes(9000, "10.0.0.2", "10.0.0.3", "10.0.0.1")));
    }

    @Test
    void unionIsTheWantedPolicyIfThatAllowsAll() {
        assertThat(PolicyUnion.of(after, policy("[Ingress, Egress]", "", DNS))).isSameAs(after);
        assertThat(PolicyUnion.of(after, Serialization.clone(after))).isSameAs(after);
    }

    @Test
    void unionIsUnchangedWhenItIsInForce() {
        var union = PolicyUnion.of(after, before);
        assertThat(PolicyUnion.of(after, Serialization.clone(union))).isEqualTo(union);
    }

    @Test
    void unionGrowsWithNodesNotWithChanges() {
        var union = PolicyUnion.of(after, before);
        for (int change = 0; change < 10; change++) {
            union = PolicyUnion.of(change % 2 == 0 ? before : after, union);
        }
        assertThat(union.getSpec().getEgress()).hasSize(2);
        assertThat(union.getSpec().getEgress().getLast().getTo()).hasSize(3);
        assertThat(union.getSpec().getIngress()).hasSize(2);
    }

    @Test
    void portOpenToAllStaysOpenToAll() {
        var everywhere = policy("[Ingress, Egress]", HTTP, "{ports: [{port: 9000, protocol: TCP}]}");
        var somewhere = policy("[Ingress, Egress]", HTTP, nodes(9000, "10.0.0.1"));
        assertThat(PolicyUnion.of(everywhere, somewhere)).isEqualTo(everywhere);
        assertThat(PolicyUnion.of(somewhere, everywhere)).isEqualTo(everywhere);
    }

    @Test
    void unrestrictedEgressStaysUnrestricted() {
        var open = policy("[Ingress]", HTTP, "");
        assertThat(PolicyUnion.of(after, open)).isEqualTo(policy("[Ingress]", HTTPS + ", " + HTTP, ""));
        assertThat(PolicyUnion.of(open, before)).isEqualTo(open);
    }

    private static String nodes(int port, String... addresses) {
        var blocks = "{ipBlock: {cidr: " + String.join("/32}}, {ipBlock: {cidr: ", addresses) + "/32}}";
        return "{ports: [{port: " + port + ", protocol: TCP}], to: [" + blocks + "]}";
    }

    private static NetworkPolicy policy(String types, String ingress, String egress) {
        return Serialization.unmarshal("""
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: training-gateway, namespace: ai}
                spec: {podSelector: {}, policyTypes: %s, ingress: [%s], egress: [%s]}
                """.formatted(types, ingress, egress), NetworkPolicy.class);
    }
}
