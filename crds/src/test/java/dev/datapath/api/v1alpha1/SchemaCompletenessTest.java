package dev.datapath.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
