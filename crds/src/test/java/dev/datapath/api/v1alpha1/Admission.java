package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Checks an object as the API server does: first the schema, and the CEL rules only when the schema is satisfied. */
final class Admission {
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4);
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.USE_LONG_FOR_INTS);
    private static final Cel CEL = CelFactory.standardCelBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("self", SimpleType.DYN)
            .build();

    private static final Map<String, CelRuntime.Program> PROGRAMS = new ConcurrentHashMap<>();

    private Admission() {}

    /** What is wrong with an object, as {@code path: message}; empty when it is accepted. */
    static List<String> violations(PublishedCrd crd, JsonNode object) {
        JsonSchema schema = SCHEMAS.getSchema(crd.schema());
        List<String> violations = new ArrayList<>(schema.validate(object).stream()
                .map(ValidationMessage::getMessage)
                .toList());
        if (violations.isEmpty()) {
            rules("$", crd.schema(), object, violations);
        }
        return violations;
    }

    private static void rules(String path, JsonNode schema, JsonNode value, List<String> violations) {
        for (JsonNode rule : schema.path("x-kubernetes-validations")) {
            if (!holds(rule.get("rule").asText(), value)) {
                violations.add(path + ": " + rule.get("message").asText());
            }
        }
        schema.path("properties").properties().forEach(property -> {
            JsonNode field = value.get(property.getKey());
            if (field != null) {
                rules(path + "." + property.getKey(), property.getValue(), field, violations);
            }
        });
        if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                rules(path + "[" + i + "]", schema.get("items"), value.get(i), violations);
            }
        }
    }

    private static boolean holds(String rule, JsonNode self) {
        try {
            Object value = JSON.convertValue(self, new TypeReference<>() {});
            return (Boolean) PROGRAMS.computeIfAbsent(rule, Admission::compiled).eval(Map.of("self", value));
        } catch (CelEvaluationException e) {
            throw new IllegalStateException(rule, e);
        }
    }

    private static CelRuntime.Program compiled(String rule) {
        try {
            return CEL.createProgram(CEL.compile(rule).getAst());
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalStateException(rule, e);
        }
    }
}
