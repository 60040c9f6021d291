package dev.datapath.api.v1alpha1;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A CRD as programs find it on the class path.
 *
 * @param kind the kind that it defines
 * @param schema its OpenAPI v3 schema
 * @param version the only entry of {@code spec.versions}
 */
record PublishedCrd(String kind, JsonNode schema, JsonNode version) {
    private static final YAMLMapper YAML = new YAMLMapper();

    private static final Map<String, PublishedCrd> BY_KIND = Stream.of(
                    "datapaths", "storagepools", "routingpolicies", "servicelevelobjectives")
            .map(PublishedCrd::read)
            .collect(Collectors.toMap(PublishedCrd::kind, crd -> crd));

    static PublishedCrd of(String kind) {
        return BY_KIND.get(kind);
    }

    static List<PublishedCrd> all() {
        return List.copyOf(BY_KIND.values());
    }

    private static PublishedCrd read(String plural) {
        String path = "/META-INF/datapath/crds/" + plural + ".datapath.dev.yaml";
        try (InputStream in = PublishedCrd.class.getResourceAsStream(path)) {
            JsonNode spec = YAML.readTree(in).at("/spec");
            JsonNode version = spec.at("/versions/0");
            return new PublishedCrd(spec.at("/names/kind").asText(), version.at("/schema/openAPIV3Schema"), version);
        } catch (IOException e) {
            throw new IllegalStateException(path, e);
        }
    }

    /** The YAML documents of a resource of this package's tests. */
    static List<JsonNode> documents(String resource) {
        try (InputStream in = PublishedCrd.class.getResourceAsStream(resource)) {
            List<JsonNode> documents = new ArrayList<>();
            YAML.readerFor(JsonNode.class).<JsonNode>readValues(in).forEachRemaining(documents::add);
            return documents;
        } catch (IOException e) {
            throw new IllegalStateException(resource, e);
        }
    }

    /** Adds the schema's defaults, as the API server does: values that are null count as absent. */
    JsonNode defaulted(JsonNode object) {
        JsonNode copy = object.deepCopy();
        fill(schema, copy);
        return copy;
    }

    private static void fill(JsonNode schema, JsonNode value) {
        if (value instanceof ObjectNode object) {
            schema.path("properties").properties().forEach(property -> {
                String name = property.getKey();
                if (object.path(name).isNull()) {
                    object.remove(name);
                }
                JsonNode fallback = property.getValue().get("default");
                if (!object.has(name) && fallback != null) {
                    object.set(name, fallback.deepCopy());
                }
                if (object.has(name)) {
                    fill(property.getValue(), object.get(name));
                }
            });
        } else if (value instanceof ArrayNode array) {
            array.forEach(item -> fill(schema.path("items"), item));
        }
    }
}
