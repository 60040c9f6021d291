package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Adds to a generated CRD what annotations cannot say. */
final class SchemaCompletion {
    /** Fields that tell the entries of a list apart: the first set that an entry has as a whole makes it a list-map. */
    private static final List<List<String>> LIST_MAP_KEYS = List.of(
            List.of("group", "kind", "name"),
            List.of("kind", "name"),
            List.of("name"),
            List.of("type", "status"),
            List.of("window", "rate"));

    private SchemaCompletion() {}

    static CustomResourceDefinition complete(CustomResourceDefinition crd) {
        Class<?> kind = kind(crd.getSpec().getNames().getKind());
        CustomResourceDefinitionVersion version = crd.getSpec().getVersions().get(0);
        JSONSchemaProps root = version.getSchema().getOpenAPIV3Schema();
        walk("", root);
        root.setDescription(kind.getAnnotation(JsonClassDescription.class).value());
        root.setProperties(withTypeMeta(root.getProperties()));
        root.setRequired(List.of("spec"));
        seedConditions(root.getProperties().get("status"), ConditionSchema.seeded(kind));
        declaredOrder(version.getAdditionalPrinterColumns(), kind);
        return crd;
    }

    private static Class<? extends CustomResource<?, ?>> kind(String name) {
        return CrdGenerator.KINDS.stream()
                .filter(kind -> kind.getSimpleName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void walk(String name, JSONSchemaProps schema) {
        // The generator finds an annotation of a record component twice: on its field and on its accessor.
        schema.setXKubernetesValidations(new ArrayList<>(new LinkedHashSet<>(schema.getXKubernetesValidations())));
        if ("integer".equals(schema.getType()) && schema.getFormat() == null) {
            boolean fits = schema.getMaximum() != null && schema.getMaximum() <= Integer.MAX_VALUE;
            schema.setFormat(fits ? "int32" : "int64");
        }
        if (Formats.TIME.equals(schema.getPattern())) {
            schema.setPattern(null);
            schema.setFormat("date-time");
        }
        if ("array".equals(schema.getType())) {
            JSONSchemaProps item = schema.getItems().getSchema();
            if (name.equals("operations")) {
                item.setEnum(operations());
                item.setMaxLength(null);
            }
            if (name.equals("conditions")) {
                schema.getItems().setSchema(ConditionSchema.condition());
            }
            listType(schema);
            walk("", schema.getItems().getSchema());
        }
        schema.getProperties().forEach(SchemaCompletion::walk);
    }

    private static void listType(JSONSchemaProps list) {
        JSONSchemaProps item = list.getItems().getSchema();
        if (!"object".equals(item.getType())) {
            list.setXKubernetesListType("set");
            return;
        }
        Set<String> fields = item.getProperties().keySet();
        List<String> identity = LIST_MAP_KEYS.stream()
                .filter(fields::containsAll)
                .findFirst()
                .map(keys -> keys.contains("name") ? keys : keys.subList(0, 1))
                .orElse(List.of());
        if (identity.isEmpty()) {
            list.setXKubernetesListType("atomic");
            return;
        }
        list.setXKubernetesListType("map");
        list.setXKubernetesListMapKeys(identity);
        Set<String> required = new TreeSet<>(item.getRequired());
        required.addAll(identity);
        item.setRequired(new ArrayList<>(required));
    }

    private static List<JsonNode> operations() {
        return Stream.concat(Arrays.stream(OperationGroup.values()), Arrays.stream(S3Operation.values()))
                .<JsonNode>map(name -> TextNode.valueOf(name.name()))
                .toList();
    }

    private static Map<String, JSONSchemaProps> withTypeMeta(Map<String, JSONSchemaProps> generated) {
        Map<String, JSONSchemaProps> properties = new LinkedHashMap<>();
        properties.put("apiVersion", text("API group and version of this object: datapath.dev/v1alpha1.", 64));
        properties.put("kind", text("Kind of this object.", 64));
        properties.put(
                "metadata", new JSONSchemaPropsBuilder().withType("object").build());
        properties.putAll(generated);
        properties.get("spec").setDescription("What is wanted.");
        properties.get("status").setDescription("What the operator saw last; users do not write it.");
        return properties;
    }

    private static JSONSchemaProps text(String description, long maxLength) {
        return new JSONSchemaPropsBuilder()
                .withType("string")
                .withDescription(description)
                .withMaxLength(maxLength)
                .build();
    }

    /** New objects have the status Pending, "Waiting for the operator", before the operator has seen them. */
    private static void seedConditions(JSONSchemaProps status, JsonNode conditions) {
        JSONSchemaProps schema = status.getProperties().get("conditions");
        if (schema != null) {
            schema.setDefault(conditions);
            status.setDefault(ConditionSchema.statusOf(conditions));
        } else {
            status.setDefault(ConditionSchema.unseen());
        }
    }

    /** The generator sorts columns by their path; people read them in the order in which they were declared. */
    private static void declaredOrder(List<CustomResourceColumnDefinition> columns, Class<?> kind) {
        List<String> names = Arrays.stream(kind.getAnnotationsByType(AdditionalPrinterColumn.class))
                .map(AdditionalPrinterColumn::name)
                .toList();
        columns.sort(Comparator.comparing(column -> names.indexOf(column.getName())));
    }
}
