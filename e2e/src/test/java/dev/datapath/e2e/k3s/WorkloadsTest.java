package dev.datapath.e2e.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** The ways to run gateways, in a namespace that enforces the restricted Pod Security Standard. */
@Tag("tier4")
@ExtendWith(Installed.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WorkloadsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String GATEWAY = "training-gateway";

    private Site site;
    private K3sCluster cluster;

    @BeforeAll
    void start(Installation installation) {
        cluster = installation.cluster();
        site = Site.in(
                cluster,
                cluster.newNamespace("restricted", Map.of("pod-security.kubernetes.io/enforce", "restricted")),
                8089);
    }

    private void declare(String gateway, String service) {
        site.apply("""
                apiVersion: datapath.dev/v1alpha1
                kind: DataPath
                metadata: {name: training}
                spec:
                  listeners: [{name: s3, protocol: HTTP, port: 8089}]
                  gateway:
                    %s
                    service: {type: ClusterIP, annotations: {purpose: %s}}
                    resources: {requests: {cpu: 20m, memory: 64Mi}, limits: {memory: 512Mi}}
                """.formatted(gateway, service));
        site.awaitProgrammed();
    }

    @Test
    @Order(1)
    void underAnAutoscalerReplicasAreNobodyElses() {
        declare("autoscaling: {minReplicas: 1, maxReplicas: 3}", "first");
        assertThat(find(HorizontalPodAutoscaler.class).getSpec().getMaxReplicas())
                .isEqualTo(3);
        assertThat(site.synced()).isEqualTo("1/1");

        cluster.kubectl("scale", "deployment", GATEWAY, "--replicas=2", "-n", site.namespace());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(site.synced()).isEqualTo("2/2"));
        declare("autoscaling: {minReplicas: 1, maxReplicas: 3}", "second");
        assertThat(cluster.kubectl("get", "service", GATEWAY, "-n", site.namespace(), "-o", "yaml"))
                .contains("purpose: second");
        assertThat(find(Deployment.class).getSpec().getReplicas()).isEqualTo(2);
    }

    @Test
    @Order(2)
    void aDaemonSetTakesTheirPlaceAndDeploymentAndAutoscalerGo() {
        declare("kind: DaemonSet", "second");
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(cluster.kubectl(
                            "get", "deployment,horizontalpodautoscaler", "-n", site.namespace(), "-o", "name"))
                    .isEmpty();
            assertThat(site.synced()).isEqualTo("1/1");
        });
        assertThat(find(DaemonSet.class).getStatus().getNumberAvailable()).isEqualTo(1);
    }

    private <T extends HasMetadata> T find(Class<T> kind) {
        return cluster.client()
                .resources(kind)
                .inNamespace(site.namespace())
                .withName(GATEWAY)
                .require();
    }
}
