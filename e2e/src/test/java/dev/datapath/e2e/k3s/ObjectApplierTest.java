package dev.datapath.e2e.k3s;

import static dev.datapath.e2e.k3s.Workbench.one;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.deploy.PoolObjects;
import dev.datapath.operator.deploy.PublishedNode;
import dev.datapath.operator.deploy.PublishedNode.State;
import dev.datapath.operator.infra.cluster.ApplyResult;
import dev.datapath.operator.infra.cluster.ApplyResult.Obstacle.Kind;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the applier does to a real API server. */
@K3s.Test
class ObjectApplierTest extends ApplierTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    static Stream<String> goldens() throws IOException {
        try (var folders = Files.list(Workbench.GOLDENS)) {
            return folders.map(folder -> folder.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void everyCaseIsTakenByTheApiServerAndAskedForOnce(String name) {
        var objects = bench.golden(name);
        assertThat(bench.requestsOf(() ->
                        assertThat(bench.apply(objects)).isEqualTo(new ApplyResult(objects.size(), 0, List.of()))))
                .filteredOn(request -> request.startsWith("PATCH"))
                .hasSameSizeAs(objects);
        assertThat(bench.requestsOf(
                        () -> assertThat(bench.apply(bench.golden(name))).isEqualTo(nothing())))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void thePodsOfEveryCaseAreAdmittedUnderTheRestrictedPodSecurityStandard(String name, K3sCluster cluster) {
        var restricted = cluster.newNamespace("restricted", Map.of("pod-security.kubernetes.io/enforce", "restricted"));
        var template = Workbench.template(bench.golden(name));
        // Accounts and classes are looked up at admission, too, and are not what this is about.
        template.getSpec().setServiceAccountName("default");
        template.getSpec().setPriorityClassName(null);
        await().atMost(PATIENCE)
                .ignoreExceptionsMatching(
                        thrown -> thrown.getMessage().contains("serviceaccount \"default\" not found"))
                .untilAsserted(() -> assertThat(cluster.client()
                                .resource(new PodBuilder()
                                        .withNewMetadata()
                                        .withName("gateway")
                                        .endMetadata()
                                        .withSpec(template.getSpec())
                                        .build())
                                .inNamespace(restricted)
                                .dryRun()
                                .create())
                        .isNotNull());
        cluster.client().namespaces().withName(restricted).delete();
    }

    @Test
    void whatOthersChangedIsChangedBack() {
        bench.apply(bench.golden("everything"));
        bench.edit(
                Service.class,
                NAME,
                service -> service.getSpec().getPorts().getFirst().setTargetPort(new IntOrString(1)));
        bench.edit(
                Deployment.class,
                NAME,
                deployment -> Workbench.container(deployment).setImage("example.com/other:1"));
        bench.edit(
                ConfigMap.class,
                NAME + "-bootstrap",
                files -> files.getData().put("bootstrap.json", "{\"other\": true}"));
        bench.edit(
                NetworkPolicy.class,
                NAME,
                policy -> policy.getSpec().getIngress().removeLast());
        bench.edit(
                PodDisruptionBudget.class,
                NAME,
                budget -> budget.getMetadata().getLabels().put("app.kubernetes.io/part-of", "other"));

        assertThat(bench.apply(bench.golden("everything"))).isEqualTo(new ApplyResult(5, 0, List.of()));

        assertThat(bench.now(Service.class, NAME)
                        .getSpec()
                        .getPorts()
                        .getFirst()
                        .getTargetPort()
                        .getIntVal())
                .isEqualTo(10_080);
        assertThat(Workbench.container(bench.now(Deployment.class, NAME)).getImage())
                .isEqualTo("datapath/gateway:0.1.0");
        assertThat(bench.requestsOf(() -> bench.apply(bench.golden("everything"))))
                .isEmpty();
    }

    @Test
    void whatOthersAddedStaysAndIsNoReasonToWrite() {
        bench.apply(bench.golden("minimal"));
        bench.edit(
                Service.class,
                NAME,
                service -> service.getMetadata().getAnnotations().put("example.com/lb", "eu-1"));
        bench.edit(
                Deployment.class,
                NAME,
                deployment -> Workbench.container(deployment).getEnv().add(new EnvVar("TZ", "UTC", null)));

        assertThat(bench.requestsOf(() -> bench.apply(bench.golden("minimal")))).isEmpty();

        assertThat(bench.now(Service.class, NAME).getMetadata().getAnnotations())
                .containsEntry("example.com/lb", "eu-1");
    }

    @Test
    void whatIsNoLongerSaidIsTakenAway() {
        var annotated = bench.golden("minimal");
        one(Service.class, annotated).getMetadata().setAnnotations(Map.of("example.com/lb", "eu-1"));
        bench.apply(annotated);

        bench.apply(bench.golden("minimal"));

        assertThat(bench.now(Service.class, NAME).getMetadata().getAnnotations())
                .doesNotContainKey("example.com/lb");
    }

    @Test
    void aPoolIsPublishedAndTakenBack() {
        var pool = bench.client()
                .resource(Serialization.unmarshal("""
                        apiVersion: datapath.dev/v1alpha1
                        kind: StoragePool
                        metadata: {name: store}
                        spec: {nodes: {dns: {hostname: s3.example.com, port: 9000}}, publishService: true}
                        """, StoragePool.class))
                .inNamespace(bench.namespace())
                .create();
        var published = PoolObjects.of(
                pool,
                List.of(
                        new PublishedNode("10.0.0.1", 9000, "a", State.Ready),
                        new PublishedNode("10.0.0.2", 9000, "", State.Draining),
                        new PublishedNode("2001:db8:0:0:0:0:0:1", 9443, "a", State.Down)));

        assertThat(bench.apply(pool, published)).isEqualTo(new ApplyResult(3, 0, List.of()));
        assertThat(bench.requestsOf(() -> bench.apply(pool, published))).isEmpty();
        assertThat(bench.apply(pool, List.of())).isEqualTo(new ApplyResult(0, 3, List.of()));
    }

    @Test
    void whatTheApiServerRefusesKeepsNothingElseBack() {
        var objects = bench.golden("minimal");
        Workbench.container(one(Deployment.class, objects))
                .getResources()
                .setRequests(Map.of("memory", new Quantity("2Gi")));

        var result = bench.apply(objects);

        assertThat(result.written()).isEqualTo(objects.size() - 1);
        assertThat(result.obstacles()).singleElement().satisfies(obstacle -> {
            assertThat(obstacle.kind()).isEqualTo(Kind.Refused);
            assertThat(obstacle.message())
                    .startsWith("Deployment " + bench.namespace() + "/" + NAME + " was rejected by the API server: ")
                    .contains("must be less than or equal to memory limit");
        });
    }

    private static ApplyResult nothing() {
        return new ApplyResult(0, 0, List.of());
    }
}
