package dev.datapath.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a user writes is what a program reads, and nothing of it is lost on the way back. */
class ApiExamplesTest {
    private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The lists and maps that the examples give as empty ones. */
    private static final Set<String> COLLECTIONS = Set.of("annotations", "nodeSelector", "tolerations", "pools");

    static Stream<Named<JsonNode>> examples() {
        return Stream.of("datapath", "storagepool", "routingpolicy", "servicelevelobjective")
                .flatMap(kind -> PublishedCrd.documents("/examples/" + kind + ".yaml").stream())
                .map(example -> Named.of(
                        example.get("kind").asText() + " "
                                + example.at("/metadata/name").asText(),
                        example));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void isReadAndWrittenWithoutLoss(JsonNode example) throws Exception {
        JsonNode written = write(read(example));

        assertThat(withoutEmpty(written.get("spec")))
                .isEqualTo(withoutEmpty(crdOf(example).defaulted(example).get("spec")));
        assertThat(withoutEmpty(written.path("status"))).isEqualTo(withoutEmpty(example.path("status")));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void meansTheSameBeforeAndAfterTheApiServerAddsDefaults(JsonNode example) {
        assertThat(read(example).getSpec())
                .isEqualTo(read(crdOf(example).defaulted(example)).getSpec());
    }

    @ParameterizedTest
    @MethodSource("examples")
    void isAcceptedByTheSchemaAndItsRules(JsonNode example) {
        PublishedCrd crd = crdOf(example);
        assertThat(Admission.violations(crd, crd.defaulted(example))).isEmpty();
    }

    @Test
    void aFieldOfANewerVersionDoesNotStopAnOlderReader() {
        JsonNode example = PublishedCrd.documents("/examples/storagepool.yaml").get(2);
        ObjectNode newer = example.deepCopy();
        ((ObjectNode) newer.at("/spec/nodes/service")).put("someday", true);

        assertThat(read(newer).getSpec()).isEqualTo(read(example).getSpec());
    }

    @Test
    void newObjectsSayThatTheyWaitForTheOperator() {
        JsonNode example = PublishedCrd.documents("/examples/datapath.yaml").get(2);
        DataPath seen = (DataPath) read(PublishedCrd.of("DataPath").defaulted(example));

        assertThat(seen.getStatus().conditions())
                .extracting("type", "status", "reason", "message")
                .containsExactly(
                        tuple("Accepted", "Unknown", "Pending", "Waiting for the operator"),
                        tuple("ResolvedRefs", "Unknown", "Pending", "Waiting for the operator"),
                        tuple("Programmed", "Unknown", "Pending", "Waiting for the operator"));
    }

    private static PublishedCrd crdOf(JsonNode example) {
        return PublishedCrd.of(example.get("kind").asText());
    }

    private static CustomResource<?, ?> read(JsonNode example) {
        Class<? extends CustomResource<?, ?>> kind = CrdGenerator.KINDS.stream()
                .filter(type -> type.getSimpleName().equals(example.get("kind").asText()))
                .findFirst()
                .orElseThrow();
        return SERIALIZATION.unmarshal(example.toString(), kind);
    }

    private static JsonNode write(CustomResource<?, ?> object) throws Exception {
        return JSON.readTree(SERIALIZATION.asJson(object));
    }

    /** An empty list, map or text and none at all mean the same, except for spreadOver, whose default is not empty. */
    private static JsonNode withoutEmpty(JsonNode value) {
        if (value instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                JsonNode field = withoutEmpty(object.get(name));
                boolean emptyText = field.isTextual() && field.asText().isEmpty();
                if (field.isNull() || emptyText || (field.isEmpty() && COLLECTIONS.contains(name))) {
                    object.remove(name);
                }
            }
        } else if (value instanceof ArrayNode array) {
            array.forEach(ApiExamplesTest::withoutEmpty);
        }
        return value;
    }
}
