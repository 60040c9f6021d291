package dev.datapath.e2e.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.BuildTree;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
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
import software.amazon.awssdk.services.s3.S3Client;

/**
 * What an S3 client of a DataPath notices of what happens in the cluster: nothing. The SDK does not repeat anything by itself in
 * these tests, so that each failed request counts.
 */
@Tag("tier4")
@ExtendWith(Installed.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OperatorInClusterTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private Installation installation;
    private Site site;

    @AutoClose
    private S3Client s3;

    private UnderLoad load;

    @BeforeAll
    void start(Installation installed) {
        installation = installed;
        site = Site.start(installed.cluster(), "load", 8081);
        s3 = site.s3();
        load = UnderLoad.at(s3);
    }

    @Test
    @Order(1)
    void statusTellsWhatRuns() {
        var dataPath = site.dataPath();
        assertThat(dataPath.getStatus().gateways().ready()).isEqualTo(2);
        assertThat(dataPath.getStatus().summary().synced()).isEqualTo("2/2");
        assertThat(dataPath.getStatus().selector()).isEqualTo("datapath.dev/datapath=training");
        await().atMost(PATIENCE).untilAsserted(() -> {
            var pool = site.pool();
            assertThat(pool.getStatus().summary().healthy()).isEqualTo("3/3");
            assertThat(pool.getStatus().conditions())
                    .filteredOn(condition -> condition.getType().equals("EndpointsHealthy"))
                    .extracting(condition -> condition.getReason())
                    .containsExactly("AllHealthy");
        });
        var columns = installation.cluster().kubectl("get", "datapath", "-n", site.namespace());
        assertThat(columns).contains("ADDRESS", "PROGRAMMED", "SYNCED", "READY", "True", "2/2");
        assertThat(installation
                        .cluster()
                        .client()
                        .resources(Event.class)
                        .inNamespace(site.namespace())
                        .list()
                        .getItems())
                .extracting(Event::getReason)
                .contains("Programmed");
    }

    @Test
    @Order(2)
    void aChangedRuleIsEnforcedUnderLoad() throws InterruptedException {
        load.during(() -> ClosedBucket.at(site, s3, "closed"));
    }

    @Test
    @Order(3)
    void aRolloutOfAllGatewaysCutsNothing() throws InterruptedException {
        var before = Pods.names(site.gateways());
        load.during(() -> {
            installation.cluster().kubectl("rollout", "restart", "deployment/training-gateway", "-n", site.namespace());
            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(Pods.names(site.gateways())).hasSize(2).doesNotContainAnyElementsOf(before);
                assertThat(site.synced()).isEqualTo("2/2");
            });
        });
    }

    @Test
    @Order(4)
    void gatewaysComeAndGoByTheScaleSubresource() throws InterruptedException {
        load.during(() -> {
            for (int replicas : new int[] {3, 1, 2}) {
                installation
                        .cluster()
                        .kubectl("scale", "datapath/training", "--replicas=" + replicas, "-n", site.namespace());
                await().atMost(PATIENCE).untilAsserted(() -> {
                    assertThat(site.gateways()).hasSize(replicas);
                    assertThat(site.synced()).isEqualTo(replicas + "/" + replicas);
                });
            }
        });
    }

    @Test
    @Order(5)
    void theLeaderDies() throws InterruptedException {
        var gateways = Pods.names(site.gateways());
        load.during(() -> {
            Pods.killLeader(installation);
            ClosedBucket.at(site, s3, "after-the-leader");
        });
        installation.awaitOperators();
        assertThat(Pods.names(site.gateways())).isEqualTo(gateways);
    }

    @Test
    @Order(6)
    void operatorsThatCannotReachTheApiServerWaitForItAndGoOn() throws InterruptedException {
        var operators = installation.operators();
        var gateways = Pods.names(site.gateways());
        var before = restarts();
        load.during(() -> {
            try (var cut = installation
                    .cluster()
                    .cutOff(operators.stream()
                            .map(pod -> pod.getStatus().getPodIP())
                            .toList())) {
                // Several times as long as it takes to start, and to give up.
                await().atMost(PATIENCE).until(() -> installation.sinceRenewed().toSeconds() > 60);
            }
            ClosedBucket.at(site, s3, "after-the-cut");
        });
        installation.awaitOperators();
        assertThat(Pods.names(site.gateways())).isEqualTo(gateways);
        var after = restarts();
        assertThat(before.keySet().stream().map(name -> after.getOrDefault(name, -1) - before.getOrDefault(name, 0)))
                .as("the leader ended when it could not renew its lease, and waited; the other one only waited")
                .containsExactlyInAnyOrder(0, 1);
    }

    /** How often the operators were started again, by pod. */
    private Map<String, Integer> restarts() {
        return installation.operators().stream()
                .collect(Collectors.toMap(
                        pod -> pod.getMetadata().getName(),
                        pod -> pod.getStatus().getContainerStatuses().getFirst().getRestartCount()));
    }

    @Test
    @Order(7)
    void noOperatorIsThereForAWhile() throws InterruptedException {
        var gateways = Pods.names(site.gateways());
        load.during(() -> {
            installation.scale(0);
            await().atMost(PATIENCE).until(() -> installation.operators().isEmpty());
            installation.scale(2);
            installation.awaitOperators();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(site.synced()).isEqualTo("2/2"));
        });
        assertThat(Pods.names(site.gateways())).isEqualTo(gateways);
    }

    @Test
    @Order(8)
    void aGatewayStartsWithoutAnyOperatorAndIsReplacedWhenOneIsBack() throws InterruptedException {
        var late = new String[1];
        // The store answers 403 to who does not sign, so the gateway has to say something else.
        site.apply("""
                apiVersion: datapath.dev/v1alpha1
                kind: RoutingPolicy
                metadata: {name: shut}
                spec:
                  targetRefs: [{name: training}]
                  rules: [{name: shut, matches: [{buckets: [shut]}], deny: {code: MethodNotAllowed}}]
                """);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                kubectl("get", "routingpolicy/shut", "-o", "jsonpath={.status.summary.status}"))
                        .isEqualTo("Programmed"));
        load.during(() -> {
            // A deny that is programmed holds at a gateway that starts the moment after.
            installation.scale(0);
            await().atMost(PATIENCE).until(() -> installation.operators().isEmpty());
            var before = Pods.names(site.gateways());
            installation.cluster().kubectl("delete", "pod", before.getFirst(), "-n", site.namespace(), "--wait=false");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(site.gateways())
                            .filteredOn(
                                    pod -> !before.contains(pod.getMetadata().getName()))
                            .hasSize(1)
                            .allMatch(OperatorInClusterTest::ready)
                            .allSatisfy(pod -> late[0] = pod.getMetadata().getName()));
            assertThat(statusAt(late[0], "/shut")).isEqualTo(405);
            assertThat(statusAt(late[0], "/open")).isEqualTo(403);
        });
        load.during(() -> {
            installation.scale(2);
            installation.awaitOperators();
            await().atMost(Duration.ofMinutes(5))
                    .untilAsserted(() -> assertThat(Pods.names(site.gateways())).doesNotContain(late[0]));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(site.synced()).isEqualTo("2/2"));
        });
    }

    /** In the namespace of the site. */
    private String kubectl(String verb, String... rest) {
        var command = new ArrayList<>(List.of(verb, "-n", site.namespace()));
        command.addAll(List.of(rest));
        return installation.cluster().kubectl(command.toArray(String[]::new));
    }

    /** How one gateway answers. */
    private int statusAt(String gateway, String path) {
        var pod = site.gateways().stream()
                .filter(one -> one.getMetadata().getName().equals(gateway))
                .findFirst()
                .orElseThrow();
        var port = kubectl("get", "service/training-gateway", "-o", "jsonpath={.spec.ports[0].targetPort}");
        return installation.cluster().status("http://" + pod.getStatus().getPodIP() + ":" + port + path);
    }

    @Test
    @Order(9)
    void theLeaderMeasuresWhatThePageSays() throws IOException {
        ClosedBucket.at(site, s3, "measured");
        var metrics = installation
                .metrics()
                .lines()
                .filter(line -> line.startsWith("datapath_"))
                .toList();
        assertThat(documentedMetrics())
                .isNotEmpty()
                .allSatisfy(name -> assertThat(metrics).anyMatch(line -> line.startsWith(name)));
        assertThat(metrics)
                .contains("datapath_leader 1.0")
                .anyMatch(line -> line.matches("datapath_config_apply_seconds_count [1-9].*"))
                .anyMatch(line -> line.matches("datapath_xds_gateways ([2-9]|[1-9][0-9]+)\\.0"))
                .anyMatch(line -> line.matches("datapath_xds_response_bytes_sum [1-9].*"))
                .anyMatch(line ->
                        line.matches("datapath_xds_pushes_total\\{result=\"acknowledged\",type=\"route\"} [1-9].*"))
                .anyMatch(line -> line.matches("datapath_writes_total\\{kind=\"datapaths\"} [1-9].*"));
        assertThat(metrics)
                .as("labels of fixed sets")
                .noneMatch(line -> line.contains(site.namespace()) || line.contains("training"));
    }

    /** Those of an operator in a cluster, which has neither local gateways nor a directory. */
    private static List<String> documentedMetrics() throws IOException {
        return Pattern.compile("^\\| `(datapath_\\w+)`", Pattern.MULTILINE)
                .matcher(Files.readString(BuildTree.projectRoot().resolve("docs/metrics.md")))
                .results()
                .map(row -> row.group(1))
                .filter(name -> !List.of(
                                "datapath_gateways", "datapath_gateway_restarts_total", "datapath_reloads_total")
                        .contains(name))
                .toList();
    }

    private static boolean ready(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .anyMatch(condition -> condition.getType().equals("Ready")
                        && condition.getStatus().equals("True"));
    }
}
