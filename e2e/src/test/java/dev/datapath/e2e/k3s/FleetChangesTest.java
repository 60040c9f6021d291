package dev.datapath.e2e.k3s;

import static dev.datapath.e2e.k3s.Workbench.one;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.operator.infra.cluster.ApplyResult;
import dev.datapath.operator.infra.cluster.ApplyResult.Obstacle;
import dev.datapath.operator.infra.cluster.ApplyResult.Obstacle.Kind;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the applier does when the gateways are to be run or reached in another way. */
@K3s.Test
class FleetChangesTest extends ApplierTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    void withoutAutoscalingTheAutoscalerGoesAndTheNumberIsTheDeclaredOne() {
        bench.apply(bench.golden("autoscaling"));
        assertThat(bench.now(HorizontalPodAutoscaler.class, NAME)).isNotNull();

        assertThat(bench.apply(bench.golden("minimal")).deleted()).isEqualTo(1);

        assertThat(bench.now(HorizontalPodAutoscaler.class, NAME)).isNull();
        assertThat(bench.now(Deployment.class, NAME).getSpec().getReplicas()).isEqualTo(2);
        assertThat(bench.requestsOf(() -> bench.apply(bench.golden("minimal")))).isEmpty();
    }

    @Test
    void aFleetKeepsItsSizeWhenItBecomesTheAutoscalers() {
        var five = bench.golden("minimal");
        one(Deployment.class, five).getSpec().setReplicas(5);
        bench.apply(five);
        var scaled = bench.golden("autoscaling").stream()
                // It would set a number of its own.
                .filter(object -> !(object instanceof HorizontalPodAutoscaler))
                .toList();

        bench.apply(scaled);
        assertThat(bench.now(Deployment.class, NAME).getSpec().getReplicas()).isEqualTo(5);

        bench.client()
                .apps()
                .deployments()
                .inNamespace(bench.namespace())
                .withName(NAME)
                .scale(4);
        assertThat(bench.requestsOf(() -> bench.apply(scaled))).isEmpty();
        Workbench.container(one(Deployment.class, scaled)).setImage("example.com/newer:1");
        bench.apply(scaled);
        assertThat(bench.now(Deployment.class, NAME).getSpec().getReplicas()).isEqualTo(4);
    }

    @Test
    void theServiceChangesItsTypeBackAndForth() {
        for (var name : List.of("minimal", "cluster-ip", "node-port", "everything", "cluster-ip", "minimal")) {
            assertThat(bench.apply(bench.golden(name)).obstacles()).as(name).isEmpty();
            assertThat(bench.now(Service.class, NAME).getSpec().getType())
                    .isEqualTo(one(Service.class, bench.golden(name)).getSpec().getType());
            assertThat(bench.requestsOf(() -> bench.apply(bench.golden(name))))
                    .as(name)
                    .isEmpty();
        }
    }

    private static boolean isUndisturbed(ApplyResult result) {
        return result.obstacles().stream().noneMatch(obstacle -> obstacle.kind() == Kind.Changed);
    }

    @Test
    void aDeploymentStaysUntilTheDaemonSetThatReplacesItServes() {
        bench.apply(pausing(bench.golden("minimal")));
        var daemonSet = pausing(renamed(bench.golden("daemon-set")));

        // The controller of disruption budgets may change one at the same moment; then it is tried again.
        var result = await().until(() -> bench.apply(daemonSet), FleetChangesTest::isUndisturbed);
        assertThat(result.obstacles())
                .containsExactly(new Obstacle(
                        Kind.Waiting,
                        "Deployment %1$s/%2$s is kept until the gateways of DaemonSet %1$s/%2$s are available"
                                .formatted(bench.namespace(), NAME)));
        assertThat(bench.now(Deployment.class, NAME)).isNotNull();

        await().atMost(PATIENCE).until(() -> bench.apply(daemonSet).obstacles().isEmpty());
        assertThat(bench.now(Deployment.class, NAME)).isNull();
        assertThat(bench.now(DaemonSet.class, NAME).getStatus().getNumberAvailable())
                .isEqualTo(1);
        assertThat(bench.requestsOf(() -> bench.apply(daemonSet))).isEmpty();
    }

    /** The same objects under the names that the other cases have. */
    private static List<HasMetadata> renamed(List<HasMetadata> objects) {
        objects.forEach(object -> {
            object.getMetadata().setName(object.getMetadata().getName().replace("edge", "training"));
        });
        Workbench.template(objects).getSpec().setServiceAccountName(NAME);
        return objects;
    }

    /** The same objects with pods that every cluster can run: the image is there already. */
    private static List<HasMetadata> pausing(List<HasMetadata> objects) {
        var spec = Workbench.template(objects).getSpec();
        spec.setContainers(List.of(new ContainerBuilder()
                .withName("envoy")
                .withImage("rancher/mirrored-pause:3.6")
                .build()));
        spec.setVolumes(List.of());
        return objects;
    }
}
