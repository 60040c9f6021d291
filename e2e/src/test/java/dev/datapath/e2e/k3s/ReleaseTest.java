package dev.datapath.e2e.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The life of a release, from an upgrade to its end: what clients notice of it, which is nothing, and what it asks of the API
 * server.
 */
@Tag("tier4")
@ExtendWith(Vacant.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReleaseTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    /** The chart of the release before; CONTRIBUTING.md says how it is renewed. */
    private static final Path CHARTS = Path.of("src/test/resources/charts");

    private static final List<String> KINDS =
            List.of("DataPath", "StoragePool", "RoutingPolicy", "ServiceLevelObjective");

    private K3sCluster cluster;
    private Site site;
    private Installation installation;

    @AutoClose
    private S3Client s3;

    private UnderLoad load;

    @BeforeAll
    void installTheChartBefore(Site vacant) throws IOException {
        site = vacant;
        cluster = vacant.cluster();
        cluster.install("/dev/datapath/e2e/k3s/podmonitors.yaml");
        installation = Installation.of(
                chartBefore(),
                cluster,
                Map.of("image.tag", Installation.version(), "gateway.image.tag", Installation.version()));
        site.declare();
        s3 = site.s3();
        load = UnderLoad.at(s3);
    }

    private static Path chartBefore() throws IOException {
        try (var charts = Files.list(CHARTS)) {
            return charts.map(Path::toAbsolutePath)
                    .map(Path::normalize)
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    @Order(1)
    void anUpgradeReplacesOperatorsAndDefinitionsAndCutsNothing() throws InterruptedException {
        var before = Pods.names(installation.operators());
        var definitions = definitions();
        load.during(() -> {
            installation.upgrade(Map.of(
                    "monitoring.podMonitors.enabled", "true",
                    "extraEnv[0].name", "DATAPATH_RESYNC",
                    "extraEnv[0].value", "5s"));
            awaitOtherOperators(before);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(site.synced()).isEqualTo("2/2"));
        });
        var upgraded = definitions();
        assertThat(upgraded).isNotEqualTo(definitions);
        cluster.installCrds();
        assertThat(definitions())
                .as("the definitions of this version change nothing any more")
                .isEqualTo(upgraded);
    }

    private void awaitOtherOperators(List<String> before) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Pods.names(installation.operators()))
                        .hasSize(2)
                        .doesNotContainAnyElementsOf(before));
        installation.awaitOperators();
    }

    /** How often each was changed. */
    private Map<String, Long> definitions() {
        return cluster.client().apiextensions().v1().customResourceDefinitions().list().getItems().stream()
                .filter(definition -> definition.getSpec().getGroup().equals("datapath.dev"))
                .collect(Collectors.toMap(
                        definition -> definition.getMetadata().getName(),
                        definition -> definition.getMetadata().getGeneration()));
    }

    @Test
    @Order(2)
    void ofAnUnchangedWorldNothingIsAskedAndNothingIsWritten() {
        site.apply("""
                apiVersion: datapath.dev/v1alpha1
                kind: RoutingPolicy
                metadata: {name: unchanged}
                spec:
                  targetRefs: [{group: datapath.dev, kind: DataPath, name: training}]
                  rules: [{name: none, matches: [{buckets: [nobody-has-this]}], deny: {code: AccessDenied}}]
                ---
                apiVersion: datapath.dev/v1alpha1
                kind: ServiceLevelObjective
                metadata: {name: unchanged}
                spec:
                  targetRef: {kind: DataPath, name: training}
                  objective: {availability: {target: "99.9"}}
                """);
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            assertThat(cluster.kubectl("get", "podmonitors", "-n", site.namespace(), "-o", "name"))
                    .isEqualTo("podmonitor.monitoring.coreos.com/training-gateway\n");
            var before = cluster.audit();
            everythingIsLookedAt();
            assertThat(cluster.audit().since(before).requests())
                    .filteredOn(request ->
                            !request.ofTheElection() && !request.verb().equals("watch"))
                    .isEmpty();
        });
    }

    /** Policies and objectives are looked at whenever their DataPath is compiled, which is once a minute if nothing changes. */
    private void everythingIsLookedAt() {
        var before = KINDS.stream().collect(Collectors.toMap(kind -> kind, installation::reconciliations));
        await().atMost(PATIENCE)
                .until(() -> KINDS.stream()
                        .allMatch(kind -> installation.reconciliations(kind) > before.getOrDefault(kind, 0.0)));
    }

    @Test
    @Order(3)
    void theApiServerIsAwayUntilNobodyLeads() throws InterruptedException {
        var leader = cluster.client()
                .pods()
                .inNamespace(Installation.NAMESPACE)
                .withName(installation.leader())
                .require();
        var health = "http://" + leader.getStatus().getPodIP() + ":8080/q/health/live";
        assertThat(cluster.answers(health)).isTrue();
        load.during(() -> {
            cluster.freeze();
            try {
                await().atMost(PATIENCE).until(() -> !cluster.answers(health));
            } finally {
                cluster.thaw();
            }
            ClosedBucket.at(site, s3, "after-the-api-server");
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(site.synced()).isEqualTo("2/2"));
        });
        installation.awaitOperators();
    }

    @Test
    @Order(4)
    void aSlowDownloadSurvivesARolloutOfAllGateways() throws IOException {
        var content = new byte[128 << 20];
        new Random(11).nextBytes(content);
        s3.createBucket(create -> create.bucket("slow"));
        s3.putObject(put -> put.bucket("slow").key("large"), RequestBody.fromBytes(content));
        var before = Pods.names(site.gateways());
        var received = new byte[content.length];
        var read = new AtomicInteger();
        try (var download = s3.getObject(get -> get.bucket("slow").key("large"))) {
            cluster.kubectl("rollout", "restart", "deployment/training-gateway", "-n", site.namespace());
            await().atMost(PATIENCE).until(() -> {
                // Not slower: the store gives a reader up that takes nothing for half a minute.
                if (read.get() < content.length / 4 * 3) {
                    read.addAndGet(download.readNBytes(received, read.get(), 512 << 10));
                }
                var now = Pods.names(site.gateways());
                return now.size() == 2 && now.stream().noneMatch(before::contains);
            });
            download.readNBytes(received, read.get(), content.length - read.get());
        }
        assertThat(Arrays.equals(received, content)).isTrue();
    }

    @Test
    @Order(5)
    void whatIsNotWantedAnyMoreIsDeleted() {
        var before = Pods.names(installation.operators());
        installation.upgrade(Map.of("monitoring.podMonitors.enabled", "false"));
        awaitOtherOperators(before);
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(cluster.kubectl("get", "podmonitors", "-n", site.namespace(), "-o", "name"))
                                .isEmpty());
    }

    @Test
    @Order(6)
    void inAllThisTheOperatorsNeverAskedForWhatTheyMayNotHave() {
        assertThat(cluster.audit().requests())
                .isNotEmpty()
                .filteredOn(request -> request.code() == 403)
                .isEmpty();
    }

    /** In the order that docs/install.md recommends. */
    @Test
    @Order(7)
    void anUninstallationLeavesNothingBehind() {
        cluster.kubectl(
                "delete", "datapath,storagepool,routingpolicy,servicelevelobjective", "--all", "--all-namespaces");
        cluster.kubectl(
                "wait",
                "pod",
                "--all-namespaces",
                "--selector=app.kubernetes.io/name=datapath-gateway",
                "--for=delete",
                "--timeout=5m");
        installation.uninstall();
        Remains.delete(cluster);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Remains.in(cluster)).isEmpty());
    }
}
