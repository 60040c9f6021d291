package dev.datapath.e2e.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * A real API server refuses and admits the same objects as the tests of {@code crds/} and of standalone mode say: every CEL
 * rule is broken by one of them, with its message, and kept by others.
 */
@K3s.Test
class DefinitionsTest {
    private static final Path CASES = Path.of("../crds/src/test/resources");
    private static final Path EXAMPLES = Path.of("../examples");
    private static final Path DEFINITIONS = Path.of("../crds/manifests");

    private record Refused(String kind, String name, JsonNode object, String says) {}

    @TestFactory
    Stream<DynamicTest> isRefused(K3sCluster cluster) throws IOException {
        var namespace = cluster.newNamespace("refused");
        var rules = messages();
        return refused()
                .map(refused -> DynamicTest.dynamicTest(refused.kind + ": " + refused.name, () -> {
                    var thrown = assertThatThrownBy(() -> create(cluster, refused.object, namespace))
                            .asInstanceOf(type(KubernetesClientException.class));
                    thrown.extracting(KubernetesClientException::getCode).isEqualTo(422);
                    // What breaks a schema is worded by the API server itself.
                    if (rules.stream().anyMatch(message -> message.contains(refused.says))) {
                        thrown.extracting(KubernetesClientException::getMessage)
                                .asString()
                                .contains(refused.says);
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> isAdmitted(K3sCluster cluster) throws IOException {
        var namespace = cluster.newNamespace("admitted");
        return good().stream()
                .map(object -> DynamicTest.dynamicTest(
                        object.path("kind").asText() + ": "
                                + object.at("/metadata/name").asText(),
                        () -> assertThat(create(cluster, object, namespace)
                                        .getMetadata()
                                        .getName())
                                .isEqualTo(object.at("/metadata/name").asText())));
    }

    @Test
    void everyRuleIsBrokenByACase() throws IOException {
        var broken = refused().map(Refused::says).toList();
        assertThat(messages())
                .isNotEmpty()
                .allSatisfy(message -> assertThat(broken).anyMatch(message::contains));
    }

    @Test
    void whatADataPathDoesNotSayIsFilledInAsDocumented(K3sCluster cluster) throws IOException {
        var minimal = documents(CASES.resolve("rejected.yaml")).getFirst().at("/DataPath/valid");
        var created = create(cluster, object("DataPath", minimal), cluster.newNamespace("defaults"));
        assertThat(Serialization.jsonMapper()
                        .valueToTree(created)
                        .at("/spec/gateway/resources/requests/cpu")
                        .asText())
                .isEqualTo("1");
    }

    /** A dry run: everything is checked, nothing is stored. */
    private static GenericKubernetesResource create(K3sCluster cluster, JsonNode object, String namespace) {
        var resource = Serialization.unmarshal(object.toString(), GenericKubernetesResource.class);
        return cluster.client()
                .resource(resource)
                .inNamespace(namespace)
                .dryRun()
                .create();
    }

    private static TreeSet<String> messages() throws IOException {
        var messages = new TreeSet<String>();
        for (var definition : files(DEFINITIONS)) {
            documents(definition).getFirst().findValues("x-kubernetes-validations").stream()
                    .flatMap(rules -> rules.findValuesAsText("message").stream())
                    .forEach(messages::add);
        }
        return messages;
    }

    private static Stream<Refused> refused() throws IOException {
        return documents(CASES.resolve("rejected.yaml")).getFirst().properties().stream()
                .flatMap(entry -> StreamSupport.stream(
                                entry.getValue().get("refused").spliterator(), false)
                        .map(refused -> new Refused(
                                entry.getKey(),
                                refused.get("case").asText(),
                                object(entry.getKey(), merged(entry.getValue().get("valid"), refused.get("patch"))),
                                refused.get("says").asText())));
    }

    private static List<JsonNode> good() throws IOException {
        var bases = documents(CASES.resolve("rejected.yaml")).getFirst().properties().stream()
                .map(entry -> object(entry.getKey(), entry.getValue().get("valid")));
        var more = Stream.concat(files(CASES.resolve("examples")).stream(), files(EXAMPLES).stream())
                .flatMap(file -> documents(file).stream())
                .filter(object -> object.path("apiVersion").asText().startsWith("datapath.dev/"));
        return Stream.concat(bases, more).toList();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            // Beside examples that were run stands their status.
            return files.filter(file -> file.toString().endsWith(".yaml")
                            && !file.toString().contains("/.status/"))
                    .sorted()
                    .toList();
        }
    }

    private static List<JsonNode> documents(Path file) {
        try {
            return Stream.of(Files.readString(file).split("(?m)^---.*$"))
                    .map(text -> Serialization.unmarshal("---\n" + text, JsonNode.class))
                    .filter(node -> node != null && node.isObject())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode object(String kind, JsonNode metadataAndSpec) {
        var object = JsonNodeFactory.instance.objectNode();
        object.put("apiVersion", "datapath.dev/v1alpha1");
        object.put("kind", kind);
        return object.setAll((ObjectNode) metadataAndSpec);
    }

    /** A JSON merge patch, RFC 7386. */
    private static JsonNode merged(JsonNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode changes)) {
            return patch;
        }
        var result = target instanceof ObjectNode object ? object.deepCopy() : JsonNodeFactory.instance.objectNode();
        changes.properties().forEach(change -> {
            if (change.getValue().isNull()) {
                result.remove(change.getKey());
            } else {
                result.set(change.getKey(), merged(result.path(change.getKey()), change.getValue()));
            }
        });
        return result;
    }
}
