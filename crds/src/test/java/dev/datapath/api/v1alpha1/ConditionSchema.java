package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The schema of {@code metav1.Condition}, with the bounds that Kubernetes declares for it, and the conditions of new objects. */
final class ConditionSchema {
    /** Conditions that an object has from its first moment; those of a RoutingPolicy belong to its targets. */
    private static final Map<Class<?>, List<String>> SEEDED = Map.of(
            DataPath.class, List.of("Accepted", "ResolvedRefs", "Programmed"),
            StoragePool.class, List.of("Accepted", "ResolvedRefs", "EndpointsHealthy"),
            RoutingPolicy.class, List.of(),
            ServiceLevelObjective.class, List.of("Accepted", "MetricsAvailable", "Met"));

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private ConditionSchema() {}

    static JSONSchemaProps condition() {
        Map<String, JSONSchemaProps> properties = new LinkedHashMap<>();
        properties.put(
                "lastTransitionTime",
                text("When the status last changed from one value to another.")
                        .withFormat("date-time")
                        .build());
        properties.put(
                "message",
                text("What is the case and what to do about it.")
                        .withMaxLength(32768L)
                        .build());
        properties.put(
                "observedGeneration",
                new JSONSchemaPropsBuilder()
                        .withType("integer")
                        .withFormat("int64")
                        .withDescription("Generation of the specification that this condition describes.")
                        .withMinimum(0.0)
                        .withMaximum(9007199254740991.0)
                        .build());
        properties.put(
                "reason",
                text("Why the condition has this status, in one word for programs.")
                        .withMinLength(1L)
                        .withMaxLength(1024L)
                        .withPattern("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$")
                        .build());
        properties.put(
                "status",
                text("True, False or Unknown.")
                        .withEnum(Stream.of("True", "False", "Unknown")
                                .<JsonNode>map(TextNode::valueOf)
                                .toList())
                        .build());
        properties.put(
                "type",
                text("What is said to be so or not.")
                        .withMinLength(1L)
                        .withMaxLength(316L)
                        .withPattern("^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$")
                        .build());
        return new JSONSchemaPropsBuilder()
                .withType("object")
                .withProperties(properties)
                .withRequired("lastTransitionTime", "message", "reason", "status", "type")
                .build();
    }

    /** The conditions of an object that the operator has not seen. */
    static JsonNode seeded(Class<?> kind) {
        ArrayNode conditions = JSON.arrayNode();
        SEEDED.get(kind)
                .forEach(type -> conditions
                        .addObject()
                        .put("type", type)
                        .put("status", "Unknown")
                        .put("reason", "Pending")
                        .put("message", "Waiting for the operator")
                        .put("lastTransitionTime", "1970-01-01T00:00:00Z"));
        return conditions;
    }

    static JsonNode statusOf(JsonNode conditions) {
        return unseen().set("conditions", conditions);
    }

    /** The status of an object that the operator has not seen, without conditions: what the column Status shows. */
    static ObjectNode unseen() {
        var status = JSON.objectNode();
        status.putObject("summary").put("status", "Pending");
        return status;
    }

    private static JSONSchemaPropsBuilder text(String description) {
        return new JSONSchemaPropsBuilder().withType("string").withDescription(description);
    }
}
