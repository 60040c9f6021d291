package dev.datapath.e2e.k3s;

import static dev.datapath.e2e.k3s.Workbench.one;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.deploy.PoolObjects;
import dev.datapath.operator.deploy.PublishedNode;
import dev.datapath.operator.deploy.PublishedNode.State;
import dev.datapath.operator.reconcile.ApplyResult;
import dev.datapath.operator.reconcile.ApplyResult.Obstacle;
import dev.datapath.operator.reconcile.ApplyResult.Obstacle.Kind;
import dev.datapath.operator.reconcile.ObjectLookup;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the applier does to a real API server, and what it leaves alone. */
@K3s.Test
class ObjectApplierTest {
    private static final String NAME = "training-gateway";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private Workbench bench;

    @BeforeAll
    static void podMonitorsAreKnown(K3sCluster cluster) {
        cluster.install("/dev/datapath/e2e/k3s/podmonitors.yaml");
    }

    @BeforeEach
    void start(K3sCluster cluster) {
        bench = new Workbench(cluster);
    }

    @AfterEach
    void stop() {
        bench.close();
    }

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
        var template = template(bench.golden(name));
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
        edit(
                Service.class,
                NAME,
                service -> service.getSpec().getPorts().getFirst().setTargetPort(new IntOrString(1)));
        edit(Deployment.class, NAME, deployment -> container(deployment).setImage("example.com/other:1"));
        edit(ConfigMap.class, NAME + "-bootstrap", files -> files.getData().put("bootstrap.json", "{\"other\": true}"));
        edit(NetworkPolicy.class, NAME, policy -> policy.getSpec().getIngress().removeLast());
        edit(
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
        assertThat(container(bench.now(Deployment.class, NAME)).getImage()).isEqualTo("datapath/gateway:0.1.0");
        assertThat(bench.requestsOf(() -> bench.apply(bench.golden("everything"))))
                .isEmpty();
    }

    @Test
    void whatOthersAddedStaysAndIsNoReasonToWrite() {
        bench.apply(bench.golden("minimal"));
        edit(
                Service.class,
                NAME,
                service -> service.getMetadata().getAnnotations().put("example.com/lb", "eu-1"));
        edit(
                Deployment.class,
                NAME,
                deployment -> container(deployment).getEnv().add(new EnvVar("TZ", "UTC", null)));

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
    void anObjectOfSomebodyElseIsLeftAloneAndNamed() {
        var foreign = bench.client()
                .resource(new ServiceBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .withNamespace(bench.namespace())
                        .endMetadata()
                        .withNewSpec()
                        .addNewPort()
                        .withPort(1)
                        .endPort()
                        .endSpec()
                        .build())
                .create();
        var objects = bench.golden("minimal");

        assertThat(bench.apply(objects))
                .isEqualTo(
                        new ApplyResult(
                                objects.size() - 1,
                                0,
                                List.of(
                                        new Obstacle(
                                                Kind.NotOurs,
                                                "Service " + bench.namespace() + "/" + NAME
                                                        + " exists and does not belong to DataPath "
                                                        + bench.namespace()
                                                        + "/training, so it is left alone: delete it, or choose another name for one of them"))));
        assertThat(bench.now(Service.class, NAME)).isEqualTo(foreign);
    }

    @Test
    void anObjectOfAnEarlierOwnerOfTheSameNameIsNotOurs() {
        var objects = bench.golden("minimal");
        bench.apply(objects);
        edit(Service.class, NAME, service -> {
            var owner = service.getMetadata().getOwnerReferences().getFirst();
            owner.setUid("another");
            // The garbage collector deletes what an owner left behind, but not where it does not know the owner's kind.
            owner.setApiVersion("datapath.dev/unknown");
        });

        assertThat(bench.apply(bench.golden("minimal")).obstacles())
                .extracting(Obstacle::kind)
                .containsExactly(Kind.NotOurs);
        assertThat(bench.apply(bench.golden("autoscaling")).obstacles())
                .extracting(Obstacle::kind)
                .containsExactly(Kind.NotOurs);
    }

    @Test
    void anObjectThatSomebodyElsePutInPlaceOfOursMeanwhileIsLeftAlone() {
        bench.apply(bench.golden("minimal"));
        var ours = bench.now(ConfigMap.class, NAME + "-bootstrap");
        bench.client().resource(ours).delete();
        var foreign = bench.client()
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(NAME + "-bootstrap")
                        .withNamespace(bench.namespace())
                        .endMetadata()
                        .build())
                .create();
        var changed = bench.golden("minimal").stream()
                .filter(ConfigMap.class::isInstance)
                .map(ConfigMap.class::cast)
                .peek(files -> files.getData().put("bootstrap.json", "[]"))
                .toList();

        var result = bench.apply(knowing(ours, List.of()), changed);

        assertThat(result.obstacles()).extracting(Obstacle::kind).containsExactly(Kind.Changed);
        assertThat(result.again()).isTrue();
        assertThat(bench.now(ConfigMap.class, NAME + "-bootstrap")).isEqualTo(foreign);
    }

    @Test
    void anObjectThatWasDeletedMeanwhileIsMadeAtTheNextAttempt() {
        bench.apply(bench.golden("minimal"));
        var ours = bench.now(ConfigMap.class, NAME + "-bootstrap");
        bench.client().resource(ours).delete();
        ours.getData().clear();
        var wanted = bench.golden("minimal").stream()
                .filter(ConfigMap.class::isInstance)
                .toList();

        assertThat(bench.apply(knowing(ours, List.of()), wanted).again()).isTrue();

        assertThat(bench.apply(bench.golden("minimal")).written()).isEqualTo(1);
    }

    @Test
    void aLeftoverThatChangedMeanwhileIsNotDeleted() {
        bench.apply(bench.golden("autoscaling"));
        var seen = bench.now(HorizontalPodAutoscaler.class, NAME);
        edit(
                HorizontalPodAutoscaler.class,
                NAME,
                autoscaler -> autoscaler.getMetadata().setOwnerReferences(List.of()));

        assertThat(bench.apply(knowing(null, List.of(seen)), List.of()).obstacles())
                .extracting(Obstacle::kind)
                .containsExactly(Kind.Changed);

        assertThat(bench.now(HorizontalPodAutoscaler.class, NAME)).isNotNull();
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
        container(one(Deployment.class, objects)).getResources().setRequests(Map.of("memory", new Quantity("2Gi")));

        var result = bench.apply(objects);

        assertThat(result.written()).isEqualTo(objects.size() - 1);
        assertThat(result.obstacles()).singleElement().satisfies(obstacle -> {
            assertThat(obstacle.kind()).isEqualTo(Kind.Refused);
            assertThat(obstacle.message())
                    .startsWith("Deployment " + bench.namespace() + "/" + NAME + " is refused by the API server: ")
                    .contains("must be less than or equal to memory limit");
        });
    }

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
        container(one(Deployment.class, scaled)).setImage("example.com/newer:1");
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

    @Test
    void aDeploymentStaysUntilTheDaemonSetThatReplacesItServes() {
        bench.apply(pausing(bench.golden("minimal")));
        var daemonSet = pausing(renamed(bench.golden("daemon-set")));

        var result = bench.apply(daemonSet);
        assertThat(result.obstacles())
                .containsExactly(new Obstacle(
                        Kind.Waiting,
                        "Deployment %1$s/%2$s stays until the gateways of DaemonSet %1$s/%2$s are available"
                                .formatted(bench.namespace(), NAME)));
        assertThat(bench.now(Deployment.class, NAME)).isNotNull();

        await().atMost(PATIENCE).until(() -> bench.apply(daemonSet).obstacles().isEmpty());
        assertThat(bench.now(Deployment.class, NAME)).isNull();
        assertThat(bench.now(DaemonSet.class, NAME).getStatus().getNumberAvailable())
                .isEqualTo(1);
        assertThat(bench.requestsOf(() -> bench.apply(daemonSet))).isEmpty();
    }

    /** Caches that hold this and nothing else. */
    private static ObjectLookup knowing(HasMetadata one, List<HasMetadata> made) {
        return new ObjectLookup() {
            @Override
            public Optional<HasMetadata> find(HasMetadata like) {
                return Optional.ofNullable(one);
            }

            @Override
            public List<HasMetadata> madeFor(HasMetadata owner) {
                return made;
            }
        };
    }

    private static ApplyResult nothing() {
        return new ApplyResult(0, 0, List.of());
    }

    private <T extends HasMetadata> void edit(Class<T> kind, String name, Consumer<T> change) {
        bench.client()
                .resources(kind)
                .inNamespace(bench.namespace())
                .withName(name)
                .edit(object -> {
                    change.accept(object);
                    return object;
                });
    }

    private static Container container(Deployment deployment) {
        return deployment.getSpec().getTemplate().getSpec().getContainers().getFirst();
    }

    private static PodTemplateSpec template(List<HasMetadata> objects) {
        return objects.stream()
                .flatMap(object -> switch (object) {
                    case Deployment deployment -> Stream.of(deployment.getSpec().getTemplate());
                    case DaemonSet daemonSet -> Stream.of(daemonSet.getSpec().getTemplate());
                    default -> Stream.empty();
                })
                .findFirst()
                .orElseThrow();
    }

    /** The same objects under the names that the other cases have. */
    private static List<HasMetadata> renamed(List<HasMetadata> objects) {
        objects.forEach(object -> {
            object.getMetadata().setName(object.getMetadata().getName().replace("edge", "training"));
        });
        template(objects).getSpec().setServiceAccountName(NAME);
        return objects;
    }

    /** The same objects with pods that every cluster can run: the image is there already. */
    private static List<HasMetadata> pausing(List<HasMetadata> objects) {
        var spec = template(objects).getSpec();
        spec.setContainers(List.of(new ContainerBuilder()
                .withName("envoy")
                .withImage("rancher/mirrored-pause:3.6")
                .build()));
        spec.setVolumes(List.of());
        return objects;
    }
}
