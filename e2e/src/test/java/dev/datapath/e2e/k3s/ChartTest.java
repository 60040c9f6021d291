package dev.datapath.e2e.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.APIGroup;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The chart at a real API server, which judges its objects and its permissions. No operator runs: the release serves one
 * namespace, with none.
 */
@K3s.Test
class ChartTest {
    private static final Path CHART =
            Path.of("../helm/datapath").toAbsolutePath().normalize();
    private static final Path CASES = Path.of("../helm/src/test/resources/cases");
    private static final String RELEASE = "datapath";

    /** Everything is checked, also for fields that do not exist, and nothing is stored. */
    private static final PatchContext DRY_RUN = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("chart-test")
            .withForce(true)
            .withDryRun(List.of("All"))
            .withFieldValidation("Strict")
            .build();

    /** What the operator does where DataPaths are: verb, API group, resource. */
    private static final List<Access> NEEDED = List.of(
            new Access("watch", "datapath.dev", "datapaths", ""),
            new Access("watch", "datapath.dev", "servicelevelobjectives", ""),
            new Access("patch", "datapath.dev", "storagepools", "status"),
            new Access("patch", "apps", "deployments", ""),
            new Access("create", "apps", "daemonsets", ""),
            new Access("delete", "autoscaling", "horizontalpodautoscalers", ""),
            new Access("patch", "policy", "poddisruptionbudgets", ""),
            new Access("patch", "networking.k8s.io", "networkpolicies", ""),
            new Access("delete", "discovery.k8s.io", "endpointslices", ""),
            new Access("create", "monitoring.coreos.com", "podmonitors", ""),
            new Access("patch", "", "services", ""),
            new Access("watch", "", "secrets", ""),
            new Access("patch", "", "configmaps", ""),
            new Access("create", "", "serviceaccounts", ""),
            new Access("create", "", "pods", "eviction"),
            new Access("create", "events.k8s.io", "events", ""));

    @TempDir
    static Path temp;

    private static String served;
    private static String other;
    private static String home;
    private static Path kubeconfig;

    private record Access(String verb, String group, String resource, String subresource) {
        @Override
        public String toString() {
            return verb + " " + resource + (subresource.isEmpty() ? "" : "/" + subresource);
        }
    }

    @BeforeAll
    static void install(K3sCluster cluster) throws IOException {
        served = cluster.newNamespace("served");
        other = cluster.newNamespace("other");
        home = cluster.newNamespace("home");
        kubeconfig = Files.writeString(temp.resolve("kubeconfig"), cluster.kubeconfig());
        new Helm(CHART)
                .install()
                .withName(RELEASE)
                .withNamespace(home)
                .withKubeConfig(kubeconfig)
                .set("replicas", 0)
                .set("namespaces[0]", served)
                .set("crds.install", false)
                .set("rbac.aggregate", false)
                .call();
    }

    @AfterAll
    static void uninstall() {
        Helm.uninstall(RELEASE).withNamespace(home).withKubeConfig(kubeconfig).call();
    }

    @TestFactory
    Stream<DynamicTest> theOperatorMayDoWhatGatewaysNeedWhereItServesAndNowhereElse(K3sCluster cluster) {
        return NEEDED.stream()
                .map(access -> DynamicTest.dynamicTest(access.toString(), () -> {
                    assertThat(may(cluster, access, served, "")).as(served).isTrue();
                    assertThat(may(cluster, access, other, "")).as(other).isFalse();
                    assertThat(may(cluster, access, home, "")).as(home).isFalse();
                    assertThat(may(cluster, access, "", ""))
                            .as("the whole cluster")
                            .isFalse();
                }));
    }

    @Test
    void ofTheSecretsInItsOwnNamespaceItReadsTheAuthorityAlone(K3sCluster cluster) {
        var read = new Access("get", "", "secrets", "");
        assertThat(may(cluster, read, home, "datapath-authority")).isTrue();
        assertThat(may(cluster, read, home, "sh.helm.release.v1.datapath.v1")).isFalse();
    }

    @Test
    void itLeadsByOneLease(K3sCluster cluster) {
        var renew = new Access("update", "coordination.k8s.io", "leases", "");
        assertThat(may(cluster, renew, home, "datapath-operator")).isTrue();
        assertThat(may(cluster, renew, home, "another")).isFalse();
        assertThat(may(cluster, renew, served, "datapath-operator")).isFalse();
    }

    @Test
    void withTheseRightsItAppliesObjectsAndStatusButNoSpecification(K3sCluster cluster) {
        cluster.client().resource(pool(served, "")).create();
        try (var operator = operator(cluster)) {
            operator.resource(deployment(served))
                    .fieldManager("datapath-operator")
                    .serverSideApply();
            operator.resource(deployment(served)).delete();
            assertThatThrownBy(() -> operator.resource(deployment(other)).serverSideApply())
                    .isInstanceOf(KubernetesClientException.class)
                    .hasMessageContaining("is forbidden");

            operator.resource(pool(served, "status: {totalNodes: 1}"))
                    .subresource("status")
                    .patch(PatchContext.of(PatchType.SERVER_SIDE_APPLY));
            assertThatThrownBy(() ->
                            operator.resource(pool(served, "")).forceConflicts().serverSideApply())
                    .isInstanceOf(KubernetesClientException.class)
                    .hasMessageContaining("is forbidden");
        }
    }

    @TestFactory
    Stream<DynamicTest> theApiServerTakesWhatIsRendered(K3sCluster cluster) throws IOException {
        for (var namespace : List.of("team-a", "team-b")) {
            cluster.client()
                    .resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(namespace)
                            .endMetadata()
                            .build())
                    .serverSideApply();
        }
        var known = cluster.client().getApiGroups().getGroups().stream()
                .map(APIGroup::getName)
                .toList();
        return rendered()
                // Prometheus' kinds are not in this cluster.
                .filter(object -> !object.getApiVersion().startsWith("monitoring.coreos.com/")
                        || known.contains("monitoring.coreos.com"))
                .map(object -> DynamicTest.dynamicTest(
                        object.getKind() + " " + object.getMetadata().getName(),
                        () -> assertThat(cluster.client().resource(object).patch(DRY_RUN))
                                .isNotNull()));
    }

    private static Stream<HasMetadata> rendered() throws IOException {
        try (var cases = Files.list(CASES)) {
            return cases
                    .map(folder -> new Helm(CHART)
                            .template()
                            .withName(RELEASE)
                            .withNamespace(home)
                            .withKubeVersion("1.34.0")
                            .withValuesFile(folder.resolve("values.yaml"))
                            .call())
                    .flatMap(ChartTest::objects)
                    .toList()
                    .stream();
        }
    }

    private static Stream<HasMetadata> objects(String documents) {
        var parsed = Serialization.unmarshal(new ByteArrayInputStream(documents.getBytes(StandardCharsets.UTF_8)));
        return ((List<?>) parsed).stream().map(HasMetadata.class::cast);
    }

    private static boolean may(K3sCluster cluster, Access access, String namespace, String name) {
        var review = new SubjectAccessReviewBuilder()
                .withNewSpec()
                .withUser(account())
                .withNewResourceAttributes()
                .withVerb(access.verb)
                .withGroup(access.group)
                .withResource(access.resource)
                .withSubresource(access.subresource)
                .withNamespace(namespace)
                .withName(name)
                .endResourceAttributes()
                .endSpec()
                .build();
        return cluster.client()
                .authorization()
                .v1()
                .subjectAccessReview()
                .create(review)
                .getStatus()
                .getAllowed();
    }

    /** A client with the rights of the operator. */
    private static KubernetesClient operator(K3sCluster cluster) {
        var config = Config.fromKubeconfig(cluster.kubeconfig());
        config.setImpersonateUsername(account());
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    private static String account() {
        return "system:serviceaccount:" + home + ":datapath-operator";
    }

    private static HasMetadata deployment(String namespace) {
        return object("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: training-gateway, namespace: %s}
                spec:
                  replicas: 0
                  selector: {matchLabels: {app: gateway}}
                  template:
                    metadata: {labels: {app: gateway}}
                    spec: {containers: [{name: envoy, image: none}]}
                """.formatted(namespace));
    }

    private static HasMetadata pool(String namespace, String more) {
        return object("""
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: store, namespace: %s}
                spec: {nodes: {dns: {hostname: store.example.com, port: 9000}}}
                %s
                """.formatted(namespace, more));
    }

    private static HasMetadata object(String yaml) {
        return Serialization.unmarshal(yaml, GenericKubernetesResource.class);
    }
}
