package dev.datapath.e2e.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** What readers copy, in a cluster: gateways run it, and status complains of nothing but of stores that are not there. */
@Tag("tier4")
@ExtendWith(Installed.class)
class ExamplesInClusterTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Path EXAMPLES = Path.of("../examples");
    /** All examples run at once, on one small node. */
    private static final String SMALL = "  gateway: {replicas: 1, service: {type: ClusterIP},"
            + " resources: {requests: {cpu: 20m, memory: 64Mi}, limits: {memory: 512Mi}}}\n";

    /** The wide columns of the kinds. */
    private static final Map<String, String> COLUMNS = Map.of(
            "DataPath", "NAME, ADDRESS, STATUS, PROGRAMMED, SYNCED, READY, AGE, VERSION, REASON",
            "StoragePool", "NAME, PROVIDER, HEALTHY, STATUS, AGE",
            "RoutingPolicy", "NAME, TARGETS, STATUS, ACCEPTED, RESOLVED, PROGRAMMED, AGE",
            "ServiceLevelObjective", "NAME, OBJECTIVE, STATUS, CURRENT, BUDGET, BURN (1H), MET, REACTION, AGE");

    /** What is not True, or True with a warning. Nodes of examples do not exist, and objectives are not measured yet. */
    private static final Map<String, List<String>> SAID = Map.of(
            "authentication", List.of("StoragePool/store EndpointsHealthy=False/NoHealthyNodes"),
            "mirror",
                    List.of(
                            "StoragePool/candidate EndpointsHealthy=False/NoHealthyNodes",
                            "StoragePool/store EndpointsHealthy=False/NoHealthyNodes"),
            "minimal", List.of("StoragePool/store EndpointsHealthy=False/NoHealthyNodes"),
            "resilience", List.of("StoragePool/store EndpointsHealthy=False/NoHealthyNodes"),
            "routing",
                    List.of(
                            "StoragePool/capacity EndpointsHealthy=False/NoHealthyNodes",
                            "StoragePool/flash EndpointsHealthy=False/NoHealthyNodes"),
            "slo",
                    List.of(
                            "ServiceLevelObjective/available Accepted=True/Accepted",
                            "ServiceLevelObjective/available Met=Unknown/NotMeasured",
                            "ServiceLevelObjective/available MetricsAvailable=False/NotMeasured",
                            "ServiceLevelObjective/epoch-reads-fast Accepted=True/Accepted",
                            "ServiceLevelObjective/epoch-reads-fast Met=Unknown/NotMeasured",
                            "ServiceLevelObjective/epoch-reads-fast MetricsAvailable=False/NotMeasured",
                            "StoragePool/store EndpointsHealthy=False/NoHealthyNodes"),
            "tls", List.of("StoragePool/store EndpointsHealthy=False/NoHealthyNodes"));

    @TestFactory
    Stream<DynamicTest> anExampleIsProgrammedAndNothingIsWrongWithIt(Installation installation) throws IOException {
        var cluster = installation.cluster();
        var namespaces = new LinkedHashMap<String, String>();
        try (var folders = Files.list(EXAMPLES)) {
            for (var folder : folders.filter(Files::isDirectory).sorted().toList()) {
                var name = folder.getFileName().toString();
                namespaces.put(name, cluster.newNamespace("example-" + name));
                cluster.client()
                        .load(new ByteArrayInputStream(manifests(folder).getBytes(StandardCharsets.UTF_8)))
                        .inNamespace(namespaces.get(name))
                        .serverSideApply();
            }
        }
        assertThat(namespaces).containsOnlyKeys(SAID.keySet());
        return namespaces.entrySet().stream()
                .map(example -> DynamicTest.dynamicTest(
                        example.getKey(), () -> check(cluster, example.getKey(), example.getValue())));
    }

    private static void check(K3sCluster cluster, String example, String namespace) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(said(cluster, namespace)).isEqualTo(SAID.get(example)));
        columns(cluster, namespace)
                .forEach((kind, columns) -> assertThat(columns).isEqualTo(COLUMNS.get(kind)));
        assertThat(events(cluster, namespace))
                .contains("DataPath Programmed", "DataPath ResolvedRefs", "StoragePool NodeUnhealthy");
        cluster.client().namespaces().withName(namespace).delete();
    }

    private static String manifests(Path folder) throws IOException {
        var text = new StringBuilder();
        try (var files = Files.list(folder)) {
            for (var file : files.filter(path -> path.toString().endsWith(".yaml"))
                    .sorted()
                    .toList()) {
                for (var document : Files.readString(file).split("(?m)^---\n")) {
                    text.append("---\n")
                            .append(
                                    document.contains("kind: DataPath\nmetadata:")
                                            ? document.replaceFirst("\nspec:\n", "\nspec:\n" + SMALL)
                                                    .replaceFirst("\nspec: \\{", "\nspec: {" + SMALL.strip() + ", ")
                                            : document);
                }
            }
        }
        return inCluster(text.toString());
    }

    /** The stores of the examples are on the reader's machine, which a gateway in a pod cannot mean by a loopback address. */
    private static String inCluster(String manifests) {
        return manifests.replace("address: 127.0.0.1", "address: 192.0.2.1");
    }

    /** Each condition that is not True, or has a warning, also of listeners and of what a policy has at its targets. */
    private static List<String> said(K3sCluster cluster, String namespace) {
        var said = new TreeSet<String>();
        for (var kind : COLUMNS.keySet()) {
            for (var object : cluster.client()
                    .genericKubernetesResources("datapath.dev/v1alpha1", kind)
                    .inNamespace(namespace)
                    .list()
                    .getItems()) {
                conditions(object.getAdditionalProperties().get("status"))
                        .filter(condition -> !"True".equals(condition.get("status"))
                                || String.valueOf(condition.get("message")).contains("Warning:"))
                        .map(condition -> kind + "/" + object.getMetadata().getName() + " " + condition.get("type")
                                + "=" + condition.get("status") + "/" + condition.get("reason"))
                        .forEach(said::add);
            }
        }
        return List.copyOf(said);
    }

    private static Stream<Map<?, ?>> conditions(@Nullable Object status) {
        return switch (status) {
            case Map<?, ?> map when map.containsKey("lastTransitionTime") -> Stream.of(map);
            case Map<?, ?> map -> map.values().stream().flatMap(ExamplesInClusterTest::conditions);
            case List<?> list -> list.stream().flatMap(ExamplesInClusterTest::conditions);
            case null, default -> Stream.of();
        };
    }

    /** The columns of each kind that the namespace has an object of. */
    private static Map<String, String> columns(K3sCluster cluster, String namespace) {
        return COLUMNS.keySet().stream()
                .map(kind -> Map.entry(
                        kind,
                        cluster.kubectl("get", kind, "-o", "wide", "-n", namespace)
                                .lines()
                                .findFirst()
                                .orElse("")
                                .strip()
                                .replaceAll(" {2,}", ", ")))
                .filter(entry -> !entry.getValue().isEmpty())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Kind and reason of what the operator had to tell. */
    private static List<String> events(K3sCluster cluster, String namespace) {
        return cluster.client().events().v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(event -> "datapath.dev/operator".equals(event.getReportingController()))
                .map(event -> event.getRegarding().getKind() + " " + event.getReason())
                .toList();
    }
}
