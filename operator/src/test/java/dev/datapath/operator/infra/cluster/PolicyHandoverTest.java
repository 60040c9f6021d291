package dev.datapath.operator.infra.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.compile.Identity;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class PolicyHandoverTest {
    private final AtomicReference<NetworkPolicy> cluster = new AtomicReference<>();
    private final PolicyHandover handover = new PolicyHandover(name -> Optional.ofNullable(cluster.get())
            .filter(policy -> Identity.key(policy).equals(name)));
    private final DataPath dataPath = dataPath("1");

    @Test
    void previousConnectionsStayAllowedUntilAllGatewaysAcknowledge() {
        assertThat(apply(false, 9000)).containsExactly(9000);
        assertThat(handover.isWider()).isFalse();

        assertThat(apply(false, 9001)).containsExactly(9001, 9000);
        assertThat(apply(false, 9002)).as("two plans that not all took").containsExactly(9002, 9001, 9000);
        assertThat(apply(false, 9002)).as("nothing happens").containsExactly(9002, 9001, 9000);
        assertThat(handover.isWider()).isTrue();

        assertThat(apply(true, 9002)).containsExactly(9002);
        assertThat(handover.isWider()).isFalse();
    }

    @Test
    void aNewLeaderKeepsAllowedConnections() {
        apply(false, 9000);
        var next = new PolicyHandover(name -> Optional.ofNullable(cluster.get()));
        assertThat(ports(next.during(dataPath, policy(9001), false))).containsExactly(9001, 9000);
    }

    @Test
    void aPolicyOfAnotherOwnerIsIgnored() {
        apply(false, 9000);
        assertThat(ports(handover.during(dataPath("2"), policy(9001), false))).containsExactly(9001);
    }

    @Test
    void otherObjectsAreUnchanged() {
        var service = new ServiceBuilder().build();
        assertThat(handover.during(dataPath, service, false)).isSameAs(service);
    }

    private List<Integer> apply(boolean acknowledged, int port) {
        var applied = handover.during(dataPath, policy(port), acknowledged);
        cluster.set((NetworkPolicy) applied);
        return ports(applied);
    }

    private static List<Integer> ports(HasMetadata policy) {
        return ((NetworkPolicy) policy)
                .getSpec().getEgress().stream()
                        .map(rule -> rule.getPorts().getFirst().getPort().getIntVal())
                        .toList();
    }

    private static DataPath dataPath(String uid) {
        var dataPath = new DataPath();
        dataPath.setMetadata(new ObjectMetaBuilder()
                .withNamespace("ai")
                .withName("training")
                .withUid(uid)
                .build());
        return dataPath;
    }

    private static NetworkPolicy policy(int port) {
        return Serialization.unmarshal("""
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata:
                  name: training-gateway
                  namespace: ai
                  ownerReferences: [{apiVersion: datapath.dev/v1alpha1, kind: DataPath, name: training, uid: "1", controller: true}]
                spec: {podSelector: {}, policyTypes: [Ingress, Egress], egress: [{ports: [{port: %d, protocol: TCP}]}]}
                """.formatted(port), NetworkPolicy.class);
    }
}
