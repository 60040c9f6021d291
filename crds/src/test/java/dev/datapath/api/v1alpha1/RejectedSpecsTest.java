package dev.datapath.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the schema and its rules refuse, and that the message says why. */
class RejectedSpecsTest {
    private static final JsonNode CASES =
            PublishedCrd.documents("/rejected.yaml").get(0);

    /**
     * One refused specification.
     *
     * @param says what the message has to contain
     */
    private record Refused(PublishedCrd crd, JsonNode valid, JsonNode refused, String name, String says) {
        List<String> violations() {
            return Admission.violations(crd, crd.defaulted(merged(valid, refused)));
        }
    }

    @TestFactory
    Stream<DynamicTest> isRefusedForTheRightReason() {
        return refused()
                .map(refused -> DynamicTest.dynamicTest(
                        refused.crd().kind() + ": " + refused.name(),
                        () -> assertThat(refused.violations())
                                .singleElement()
                                .asString()
                                .contains(refused.says())));
    }

    @TestFactory
    Stream<DynamicTest> isAcceptedWithoutThePatch() {
        return PublishedCrd.all().stream()
                .map(crd -> DynamicTest.dynamicTest(
                        crd.kind(),
                        () -> assertThat(
                                        Admission.violations(crd, crd.defaulted(CASES.at("/" + crd.kind() + "/valid"))))
                                .isEmpty()));
    }

    @Test
    void everyRuleIsBrokenByACase() {
        List<String> broken =
                refused().flatMap(refused -> refused.violations().stream()).toList();
        assertThat(PublishedCrd.all().stream().flatMap(RejectedSpecsTest::messages))
                .isNotEmpty()
                .allSatisfy(message -> assertThat(broken).anyMatch(violation -> violation.contains(message)));
    }

    private static Stream<String> messages(PublishedCrd crd) {
        return crd.schema().findValues("x-kubernetes-validations").stream()
                .flatMap(rules -> rules.findValuesAsText("message").stream());
    }

    private static Stream<Refused> refused() {
        return PublishedCrd.all().stream().flatMap(crd -> {
            JsonNode cases = CASES.get(crd.kind());
            return StreamSupport.stream(cases.get("refused").spliterator(), false)
                    .map(refused -> new Refused(
                            crd,
                            cases.get("valid"),
                            refused.get("patch"),
                            refused.get("case").asText(),
                            refused.get("says").asText()));
        });
    }

    /** A JSON merge patch, RFC 7386. */
    private static JsonNode merged(JsonNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode)) {
            return patch;
        }
        ObjectNode result =
                target instanceof ObjectNode object ? object.deepCopy() : JsonNodeFactory.instance.objectNode();
        patch.properties().forEach(field -> {
            if (field.getValue().isNull()) {
                result.remove(field.getKey());
            } else {
                result.set(field.getKey(), merged(result.get(field.getKey()), field.getValue()));
            }
        });
        return result;
    }
}
