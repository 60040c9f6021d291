package dev.datapath.operator.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.World;
import dev.datapath.operator.deploy.DeploySettings.NetworkPolicyMode;
import dev.datapath.operator.model.Finding;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each folder of {@code deploy/} is a case: the user's objects in {@code in.yaml} become the objects in {@code objects.yaml}.
 * {@code settings.yaml} contains settings of the operator that differ from those below. {@code -Ddatapath.golden=rewrite} writes
 * the expected files.
 */
class DeployGoldenTest {
    private static final Path CASES = Path.of("src/test/resources/deploy");
    private static final boolean REWRITE = "rewrite".equals(System.getProperty("datapath.golden"));
    private static final Map<String, String> BOOTSTRAP =
            Map.of("bootstrap.json", "{}\n", "sds-certificate.json", "{}\n");

    static List<String> cases() throws IOException {
        try (var folders = Files.list(CASES)) {
            return folders.map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void buildsTheGoldenObjects(String name) throws IOException {
        var folder = CASES.resolve(name);
        var resources = World.of(Files.readString(folder.resolve("in.yaml"))).resources(null);
        var compilation = Compiler.compile(resources);
        assertThat(compilation.findings())
                .as("a case must be valid")
                .noneMatch(finding -> finding.severity() == Finding.Severity.ERROR);
        var actual = text(GatewayObjects.of(
                resources.dataPath(),
                compilation.plan(),
                resources.pools(),
                BOOTSTRAP,
                settings(folder.resolve("settings.yaml"))));
        var expected = folder.resolve("objects.yaml");
        if (REWRITE) {
            Files.writeString(expected, actual);
        }
        assertThat(actual).as(expected.toString()).isEqualTo(Files.readString(expected));
    }

    private static String text(List<HasMetadata> objects) {
        return objects.stream().map(Serialization::asYaml).collect(Collectors.joining());
    }

    private static DeploySettings settings(Path file) throws IOException {
        var given = Serialization.unmarshal(Files.exists(file) ? Files.readString(file) : "{}", JsonNode.class);
        return new DeploySettings(
                "datapath/gateway:0.1.0",
                "IfNotPresent",
                StreamSupport.stream(given.path("imagePullSecrets").spliterator(), false)
                        .map(JsonNode::asText)
                        .toList(),
                new DeploySettings.Operator(
                        "datapath-system", Map.of("app.kubernetes.io/name", "datapath-operator"), 18_000),
                labels(given.path("monitoring")),
                NetworkPolicyMode.valueOf(given.path("networkPolicy").asText("IngressAndEgress")),
                given.path("podMonitors").asBoolean(false),
                labels(given.path("podMonitorLabels")),
                new AllowedPlacement(
                        names(given.path("allowed").path("priorityClassNames")),
                        names(given.path("allowed").path("tolerations")),
                        given.path("allowed").path("daemonSet").asBoolean(true)),
                true,
                Duration.ofSeconds(5),
                Duration.ofSeconds(10));
    }

    private static Set<String> names(JsonNode given) {
        return StreamSupport.stream(given.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.toSet());
    }

    private static Map<String, String> labels(JsonNode given) {
        return given.properties().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().asText()));
    }
}
