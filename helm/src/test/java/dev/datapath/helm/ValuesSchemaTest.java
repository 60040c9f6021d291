package dev.datapath.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong values are refused before anything is applied, by a message that names the value. */
class ValuesSchemaTest {

    /** Values that are refused, and a word that the message must have. */
    record Refused(String name, String values, String says) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Refused> refused() throws IOException {
        return Chart.documents(Files.readString(Path.of("src/test/resources/refused.yaml")))
                .flatMap(document -> Node.of(document).items().stream())
                .map(bad -> new Refused(
                        bad.at("name").text(),
                        Chart.json(bad.at("values").value()),
                        bad.at("says").text()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesWhatCannotBeMeant(Refused bad) {
        assertThatThrownBy(() -> Chart.renderValues(bad.values())).hasMessageContaining(bad.says());
    }

    @Test
    void takesWhatParentChartsAdd() {
        assertThat(Chart.renderValues("{global: {imageRegistry: x}, enabled: true}")
                        .ofKind("Deployment"))
                .hasSize(1);
    }

    @Test
    void everyObjectOfTheSchemaIsClosed() {
        var open = new ArrayList<String>();
        open(Chart.file("values.schema.json"), "", open);
        assertThat(open).isEmpty();
    }

    @Test
    void theSchemaHasEveryValueAndNoOther() {
        var differences = new ArrayList<String>();
        compare(Chart.file("values.yaml"), Chart.file("values.schema.json"), "", differences);
        assertThat(differences).containsExactlyInAnyOrder("only in the schema: enabled", "only in the schema: global");
    }

    private static void open(Node schema, String path, List<String> open) {
        if (schema.at("properties").exists()
                && !Boolean.FALSE.equals(schema.at("additionalProperties").value())
                && !path.endsWith("/if")
                && !path.endsWith("/then")) {
            open.add(path);
        }
        for (var key : schema.keys()) {
            open(schema.at(key), path + "/" + key, open);
        }
    }

    private static void compare(Node values, Node schema, String path, List<String> differences) {
        var reference = schema.at("$ref").text();
        var resolved = reference.isEmpty()
                ? schema
                : Chart.file("values.schema.json").at("definitions", reference.substring("#/definitions/".length()));
        var properties = resolved.at("properties");
        // Quantities, labels and security contexts are Kubernetes': their keys are not the chart's.
        if (!properties.exists()
                || !Boolean.FALSE.equals(resolved.at("additionalProperties").value())) {
            return;
        }
        for (var key : properties.keys()) {
            if (!values.at(key).exists() && !isKubernetes(path)) {
                differences.add("only in the schema: " + path + key);
            }
        }
        for (var key : values.keys()) {
            if (!properties.at(key).exists()) {
                differences.add("only in values.yaml: " + path + key);
            }
            compare(values.at(key), properties.at(key), path + key + ".", differences);
        }
    }

    private static boolean isKubernetes(String path) {
        return path.equals("affinity.") || path.equals("resources.");
    }
}
