package dev.datapath.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.RoutingPolicy;
import dev.datapath.api.v1alpha1.ServiceLevelObjective;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.apiserver.FakeApiServer;
import dev.datapath.operator.apiserver.FakeKubelet;
import dev.datapath.operator.deploy.AllowedPlacement;
import dev.datapath.operator.deploy.DeploySettings;
import dev.datapath.operator.deploy.DeploySettings.NetworkPolicyMode;
import dev.datapath.operator.deploy.PoolObjects;
import dev.datapath.operator.engine.EngineScenarios;
import dev.datapath.operator.infra.cluster.OperatorSettings;
import dev.datapath.operator.kubernetes.OperatorClient;
import dev.datapath.operator.manifest.ManifestReader;
import dev.datapath.operator.model.ObjectRef;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The operator as in a cluster, with an API server and gateways in this process. */
@Tag("tier2")
class ClusterScenariosTest extends EngineScenarios {
    private static final ApiCatalog CATALOG = ApiCatalog.load();
    private static final Map<String, String> OUR_LABELS =
            Map.of("app.kubernetes.io/managed-by", "datapath-operator", "datapath.dev/datapath", "training");

    private final Cluster cluster = new Cluster();

    ClusterScenariosTest() throws Exception {}

    @Override
    protected World start() {
        return cluster;
    }

    @Test
    void objectsWithOnlyOurLabelsAreNotManaged() throws Exception {
        var pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace("ai")
                .withName("foreign")
                .withLabels(OUR_LABELS)
                .endMetadata()
                .withNewStatus()
                .withPhase("Running")
                .withPodIP("127.0.0.1")
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .withLastTransitionTime("2026-11-01T00:00:00Z")
                .endCondition()
                .endStatus()
                .build();
        cluster.client.resource(pod).create();
        var service = new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("ai")
                .withName("foreign")
                .withLabels(OUR_LABELS)
                .endMetadata()
                .withNewSpec()
                .withClusterIP("192.0.2.1")
                .addNewPort()
                .withPort(1)
                .endPort()
                .endSpec()
                .build();
        cluster.client.resource(service).create();
        cluster.apply(pool("ai", "10.0.0.1"));
        cluster.apply(dataPath("ai", "clear", 8081));
        awaitCondition(TRAINING, "Programmed", "True");
        assertThat(cluster.status(TRAINING).at("/gateways/ready").asInt())
                .as("%s", cluster.status(TRAINING))
                .isEqualTo(1);
        assertThat(cluster.status(TRAINING).at("/addresses").toString()).doesNotContain("foreign", "192.0.2.1");
    }

    /** Pods would mount the Secret of another owner, and keep its content after it is deleted. */
    @Test
    void noGatewayStartsWhileItsIdentitySecretHasAnotherOwner() throws Exception {
        var foreign = new SecretBuilder()
                .withNewMetadata()
                .withNamespace("ai")
                .withName("training-gateway-identity")
                .endMetadata()
                .addToData("tls.crt", "eHg=")
                .build();
        cluster.client.resource(foreign).create();
        apply(pool("ai", "10.0.0.1"), dataPath("ai", "clear", 8081));
        awaitCondition(TRAINING, "Programmed", "False");
        assertThat(condition(TRAINING, "Programmed").path("message").asText())
                .contains("Secret ai/training-gateway-identity exists and does not belong to DataPath ai/training");
        assertThat(cluster.server.get(Deployment.class, "ai", "training-gateway"))
                .isEmpty();

        cluster.client.resource(foreign).delete();
        awaitCondition(TRAINING, "Programmed", "True");
    }

    @Test
    void oversizedConfigMapIsReportedAndTheLastGoodStays() throws Exception {
        cluster.apply(pool("ai", "10.0.0.1"));
        cluster.apply(dataPath("ai", "clear", 8081));
        awaitCondition(TRAINING, "Programmed", "True");
        var identity = cluster.server
                .get(Secret.class, "ai", "training-gateway-identity")
                .orElseThrow();
        var authority =
                new String(Base64.getDecoder().decode(identity.getData().get("ca.crt")), StandardCharsets.US_ASCII);
        var bundle = new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace("ai")
                .withName("bundle")
                .endMetadata()
                .addToData("ca.crt", authority)
                .build();
        cluster.client.resource(bundle).create();
        var plain = cluster.status(TRAINING).at("/configVersion").asText();
        cluster.apply(
                pool("ai", "10.0.0.1")
                        + "  tls: {mode: ServerOnly, serverName: store.test, caCertificateRefs: [{kind: ConfigMap, name: bundle}]}\n");
        await().atMost(PATIENCE)
                .until(() ->
                        !cluster.status(TRAINING).at("/configVersion").asText().equals(plain));
        awaitCondition(STORE, "ResolvedRefs", "True");
        var verified = cluster.status(TRAINING).at("/configVersion").asText();

        cluster.client
                .configMaps()
                .inNamespace("ai")
                .withName("bundle")
                .edit(map -> new ConfigMapBuilder(map)
                        .addToData("ca.crt", authority + "x".repeat(600 << 10))
                        .build());
        awaitCondition(STORE, "ResolvedRefs", "False");
        assertThat(condition(STORE, "ResolvedRefs").path("message").asText())
                .contains(
                        "ConfigMap ai/bundle cannot be used: its content has 60",
                        " KiB, more than the 512 KiB that the operator reads of one object",
                        "the last good CA certificates stay in use");
        assertThat(cluster.status(TRAINING).at("/configVersion").asText()).isEqualTo(verified);
    }

    /** A page is in memory as text and as objects, each of which may have 1.5 MB. */
    @Test
    void everyListIsReadInPages() throws Exception {
        apply(dataPath("ai", "clear", 8081), """
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: store, namespace: ai}
                spec: {nodes: {service: {name: rgw, port: s3}}}
                """);
        await().atMost(PATIENCE)
                .until(() -> cluster.server.lists().stream()
                        .anyMatch(list -> list.getPath().endsWith("/endpointslices")
                                && list.getQuery().contains("kubernetes.io/service-name")));
        // The kubelet of these tests has queries of its own.
        assertThat(cluster.server.lists())
                .filteredOn(list -> !list.getQuery()
                        .matches("labelSelector=datapath.dev/datapath(=training)?(&resourceVersion=0)?"))
                .hasSizeGreaterThan(10)
                .allMatch(list -> list.getQuery().contains("limit=10")
                        || list.getQuery().contains("fieldSelector=metadata.name="));
    }

    /** It makes EndpointSlices with any address for users who may not write them. */
    @Test
    void whereItIsNotAllowedNoPoolIsPublished() throws Exception {
        apply(pool("ai", "10.0.0.1") + "  publishService: true\n", dataPath("ai", "clear", 8081));
        await().atMost(PATIENCE).until(() -> published().isPresent());

        cluster.settings = settings(cluster.port, false);
        cluster.restart();
        awaitCondition(STORE, "Accepted", "False");
        assertThat(condition(STORE, "Accepted").path("reason").asText()).isEqualTo("NotAllowed");
        assertThat(condition(STORE, "Accepted").path("message").asText())
                .contains("spec.publishService", "remove publishService", "gateway.allowed.publishService");
        await().atMost(PATIENCE).until(() -> published().isEmpty());
        await().atMost(PATIENCE).until(() -> cluster.listeners("ai").equals(Set.of("clear")));
    }

    private Optional<Service> published() {
        return cluster.server.get(Service.class, "ai", PoolObjects.serviceName("store"));
    }

    /** Its meaning is not known then, and neither is which DataPaths it is about. */
    @Test
    void anObjectThatTakesTooMuchMemoryConcernsItsNamespaceAlone() throws Exception {
        apply(pool("ai", "10.0.0.1"), dataPath("ai", "clear", 8081));
        apply(pool("bi", "10.0.0.1"), dataPath("bi", "clear", 8082));
        awaitCondition(TRAINING, "Programmed", "True");
        awaitCondition(new ObjectRef("DataPath", "bi", "training"), "Programmed", "True");

        var rules = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            rules.append("  - {name: r%d, deny: {}, matches: [".formatted(i));
            for (int j = 0; j < 60; j++) {
                rules.append("{buckets: [b%d], keyPrefix: %s},".formatted(j, "k".repeat(1000)));
            }
            rules.append("]}\n");
        }
        var huge = cluster.client.getKubernetesSerialization().unmarshal("""
                apiVersion: datapath.dev/v1alpha1
                kind: RoutingPolicy
                metadata: {name: huge, namespace: ai}
                spec:
                  targetRefs: [{group: datapath.dev, kind: DataPath, name: training}]
                  rules:
                """ + rules, RoutingPolicy.class);
        cluster.client.resource(huge).create();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(condition(TRAINING, "Programmed")
                                .path("message")
                                .asText())
                        .contains(
                                "RoutingPolicy ai/huge is not read, so gateways keep what they run: it takes about",
                                "divide it into several objects"));
        apply(dataPath("ai", "other", 8083), dataPath("bi", "other", 8084));
        await().atMost(PATIENCE).until(() -> cluster.listeners("bi").contains("other"));
        assertThat(cluster.listeners("ai")).containsExactly("clear");

        cluster.client.resource(huge).delete();
        await().atMost(PATIENCE).until(() -> cluster.listeners("ai").contains("other"));
        awaitCondition(TRAINING, "Programmed", "True");
    }

    private JsonNode condition(ObjectRef object, String type) {
        return StreamSupport.stream(cluster.status(object).at("/conditions").spliterator(), false)
                .filter(condition -> condition.path("type").asText().equals(type))
                .findFirst()
                .orElse(MissingNode.getInstance());
    }

    /** A DataPath that is being deleted is not reconciled, and a new leader has no state of its gateways. */
    @Test
    void policyReportsOtherTargetsWhileAFinalizerHoldsOne() throws Exception {
        var other = new ObjectRef("DataPath", "ai", "other");
        var policy = policy("store").replace("targetRefs: [{kind: DataPath, name: training}]", """
                        targetRefs: [{kind: DataPath, name: other}, {kind: DataPath, name: training}]""");
        apply(
                pool("ai", "10.0.0.1"),
                dataPath("ai", "clear", 8081),
                dataPath("ai", "plain", 8082).replace("name: training", "name: other"),
                policy);
        awaitCondition(READS, "/ancestors/0/conditions", "Programmed", "True");
        awaitCondition(READS, "/ancestors/1/conditions", "Programmed", "True");
        cluster.hold(other);
        world.delete(other);
        world.restart();

        apply(policy.replace("attempts: 2", "attempts: 3"));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(world.status(READS).at("/ancestors/1/conditions/0/observedGeneration"))
                        .hasToString("2"));
        awaitCondition(READS, "/ancestors/1/conditions", "Programmed", "True");
        awaitCondition(READS, "/ancestors/0/conditions", "Programmed", "False");
    }

    /** A repetition by the client, with its pauses, would hold each of the few threads that reconcile. Its subject is wall-clock time. */
    @Test
    void writesThatFailInOneNamespaceDelayNoOther() throws Exception {
        apply(pool("ai", "10.0.0.1"), dataPath("ai", "clear", 8081));
        awaitCondition(TRAINING, "Programmed", "True");
        cluster.server.breakWrites(write -> write.path().contains("/namespaces/bad/deployments/"));
        apply(pool("bad", "10.0.0.1"));
        for (int i = 0; i < 24; i++) {
            apply(dataPath("bad", "clear", 8081).replace("name: training", "name: d" + i));
        }
        await().atMost(PATIENCE)
                .until(() -> cluster.server.writes().stream()
                        .anyMatch(write -> write.path().contains("/namespaces/bad/deployments/")));

        apply(dataPath("ai", "next", 8081));
        await().atMost(Duration.ofSeconds(8)).until(() -> world.listeners("ai").equals(Set.of("next")));
    }

    private static final class Cluster implements World {
        private final FakeApiServer server = new FakeApiServer();
        private final KubernetesClient client = server.client();
        private final int port = freePort();
        private OperatorSettings settings = settings(port, true);
        private final FakeKubelet kubelet = new FakeKubelet(server.client(), settings.xdsHost(), port);
        private Operator operator = new Operator();

        private final class Operator implements AutoCloseable {
            private final OperatorMetrics metrics = new OperatorMetrics(new SimpleMeterRegistry());
            private final KubernetesClient client =
                    OperatorClient.of(server.config()).build();
            private final OperatorRuntime runtime = OperatorRuntime.start(
                    settings, client, new SimpleMeterRegistry(), metrics, EngineScenarios::addresses, false);

            Operator() throws Exception {}

            @Override
            public void close() {
                runtime.close();
                client.close();
            }
        }

        Cluster() throws Exception {}

        @Override
        public void apply(String yaml) {
            var file = Path.of("input");
            var set = new ManifestReader(
                            CATALOG,
                            List.of(),
                            Map.of(file, yaml.getBytes(StandardCharsets.UTF_8)),
                            InstantSource.system())
                    .read();
            if (set.objects().isEmpty()) {
                throw new AssertionError(set.findings().toString());
            }
            for (var admitted : set.objects()) {
                var object = client.getKubernetesSerialization().clone((HasMetadata) admitted.object());
                object.getMetadata().setUid(null);
                object.getMetadata().setCreationTimestamp(null);
                object.getMetadata().setGeneration(null);
                object.getMetadata().setResourceVersion(null);
                client.resource(object).fieldManager("user").forceConflicts().serverSideApply();
            }
        }

        /** Adds a finalizer, which keeps an object that is deleted. */
        void hold(ObjectRef object) {
            client.resources(kind(object))
                    .inNamespace(object.namespace())
                    .withName(object.name())
                    .edit(now -> {
                        now.getMetadata().setFinalizers(List.of("example.com/hold"));
                        return now;
                    });
        }

        @Override
        public void delete(ObjectRef object) {
            client.resources(kind(object))
                    .inNamespace(object.namespace())
                    .withName(object.name())
                    .delete();
        }

        @Override
        public JsonNode status(ObjectRef object) {
            return server.json(kind(object), object.namespace(), object.name())
                    .map(node -> node.path("status"))
                    .orElse(MissingNode.getInstance());
        }

        private static Class<? extends HasMetadata> kind(ObjectRef object) {
            return switch (object.kind()) {
                case "DataPath" -> DataPath.class;
                case "StoragePool" -> StoragePool.class;
                case "RoutingPolicy" -> RoutingPolicy.class;
                default -> ServiceLevelObjective.class;
            };
        }

        @Override
        public Set<String> listeners(String namespace) {
            return kubelet.listeners(namespace);
        }

        @Override
        public void restart() throws Exception {
            operator.close();
            operator = new Operator();
        }

        @Override
        public void close() throws Exception {
            kubelet.close();
            operator.close();
            client.close();
            server.close();
        }
    }

    private static int freePort() throws Exception {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static OperatorSettings settings(int port, boolean publishServices) {
        return new OperatorSettings(
                "operator-0",
                "datapath-system",
                Set.of(),
                "datapath-operator",
                "datapath-operator.datapath-system.svc",
                port,
                Duration.ofMinutes(5),
                new OperatorSettings.Certificates("datapath-authority", Duration.ofDays(90), Duration.ofDays(30)),
                new DeploySettings(
                        "datapath/gateway:test",
                        "IfNotPresent",
                        List.of(),
                        new DeploySettings.Operator("datapath-system", Map.of("app", "operator"), port),
                        Map.of(),
                        NetworkPolicyMode.IngressAndEgress,
                        false,
                        Map.of(),
                        new AllowedPlacement(Set.of(), Set.of(), true),
                        publishServices,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(10)));
    }
}
