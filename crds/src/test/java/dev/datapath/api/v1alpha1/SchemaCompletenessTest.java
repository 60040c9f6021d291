package dev.datapath.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code kubectl explain} has a word on every field, and nothing that a user can write is without a bound. */
class SchemaCompletenessTest {
    static List<PublishedCrd> crds() {
        return PublishedCrd.all();
    }

    @ParameterizedTest
    @MethodSource("crds")
    void everyFieldIsDescribedAndBounded(PublishedCrd crd) {
        List<String> gaps = new ArrayList<>();
        walk(crd.kind(), crd.schema(), gaps);
        assertThat(gaps).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("crds")
    void everyRuleSaysWhatToWrite(PublishedCrd crd) {
        assertThat(crd.schema().findValues("x-kubernetes-validations"))
                .flatExtracting(rules -> rules.findValuesAsText("message"))
                .isNotEmpty()
                .allSatisfy(message -> assertThat(message)
                        .containsAnyOf(
                                "write ",
                                "set ",
                                "remove ",
                                "give ",
                                "name ",
                                "add ",
                                "lower ",
                                "needs operator",
                                "at most"));
    }

    @ParameterizedTest
    @MethodSource("crds")
    void statusIsASubresource(PublishedCrd crd) {
        assertThat(crd.version().at("/subresources").has("status")).isTrue();
    }

    @ParameterizedTest
    @MethodSource("crds")
    void everyKindHasOneColumnWithItsFirstBadReason(PublishedCrd crd) {
        assertThat(crd.version().get("additionalPrinterColumns"))
                .filteredOn(column -> column.get("name").asText().equals("Status"))
                .singleElement()
                .satisfies(column -> {
                    assertThat(column.get("jsonPath").asText()).isEqualTo(".status.summary.status");
                    assertThat(column.path("priority").asInt()).isZero();
                });
    }

    @ParameterizedTest
    @MethodSource("crds")
    void theStatusOfANewObjectIsPending(PublishedCrd crd) {
        assertThat(crd.schema().at("/properties/status/default/summary/status").asText())
                .isEqualTo("Pending");
    }

    /**
     * {@code kubectl describe} shows defaults as if somebody had asked for them. Nothing of an objective acts yet, which its column
     * Status says; that a pool is not published promises nothing.
     */
    @ParameterizedTest
    @MethodSource("crds")
    void aFieldThatDoesNotActYetHasNoDefault(PublishedCrd crd) {
        List<String> promises = new ArrayList<>();
        collectPromises(crd.kind(), crd.schema(), false, promises);
        assertThat(promises).isEmpty();
    }

    private static void collectPromises(String path, JsonNode schema, boolean inert, List<String> promises) {
        if (inert && schema.has("default") && !schema.get("default").equals(BooleanNode.FALSE)) {
            promises.add(path);
        }
        schema.path("properties").properties().stream()
                .filter(field -> !field.getKey().equals("status"))
                .forEach(field -> collectPromises(
                        path + "." + field.getKey(),
                        field.getValue(),
                        inert || field.getValue().path("description").asText().contains("reported as Unsupported"),
                        promises));
        if (schema.has("items")) {
            collectPromises(path + "[]", schema.get("items"), inert, promises);
        }
    }

    private static void walk(String path, JsonNode schema, List<String> gaps) {
        switch (schema.path("type").asText()) {
            case "string" -> require(schema, path, gaps, "maxLength", "enum", "format");
            case "integer" -> {
                require(schema, path, gaps, "minimum");
                require(schema, path, gaps, "maximum");
                require(schema, path, gaps, "format");
            }
            case "array" -> {
                require(schema, path, gaps, "maxItems");
                require(schema, path, gaps, "x-kubernetes-list-type");
                walk(path + "[]", schema.path("items"), gaps);
            }
            case "object" -> {
                if (schema.has("additionalProperties")) {
                    require(schema, path, gaps, "maxProperties");
                    walk(path + "{}", schema.get("additionalProperties"), gaps);
                }
            }
            case "boolean" -> {}
            default -> gaps.add(path + " has the type \"" + schema.path("type").asText() + "\"");
        }
        schema.path("properties").properties().forEach(property -> {
            String field = path + "." + property.getKey();
            if (!property.getKey().equals("metadata")) {
                require(property.getValue(), field, gaps, "description");
            }
            walk(field, property.getValue(), gaps);
        });
    }

    private static void require(JsonNode schema, String path, List<String> gaps, String... oneOf) {
        if (List.of(oneOf).stream().noneMatch(schema::has)) {
            gaps.add(path + " has no " + String.join(" or ", oneOf));
        }
    }
}
