package dev.datapath.operator.admission;

import dev.datapath.operator.admission.Schema.ListType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The kinds of objects that users can write: the four kinds of DataPath, read from their CRDs, and v1 Secret and ConfigMap. */
public final class ApiCatalog {
    private static final List<String> CRDS = List.of(
            "META-INF/datapath/crds/datapaths.datapath.dev.yaml",
            "META-INF/datapath/crds/storagepools.datapath.dev.yaml",
            "META-INF/datapath/crds/routingpolicies.datapath.dev.yaml",
            "META-INF/datapath/crds/servicelevelobjectives.datapath.dev.yaml",
            "META-INF/datapath/core/secrets.yaml",
            "META-INF/datapath/core/configmaps.yaml");
    private static final String OBJECT_META = "META-INF/datapath/core/object-meta.yaml";

    private final List<ResourceKind> kinds;

    private ApiCatalog(List<ResourceKind> kinds) {
        this.kinds = List.copyOf(kinds);
    }

    /**
     * Reads the schemas from the class path. This takes tens of milliseconds. CEL is initialized when the first rule is evaluated.
     */
    public static ApiCatalog load() {
        return of(CRDS.stream().map(ApiCatalog::resource).toList());
    }

    /** For the served versions of the given CustomResourceDefinitions, each as parsed from YAML. */
    static ApiCatalog of(List<Map<String, Object>> crds) {
        Schema metadata = SchemaReader.read(resource(OBJECT_META));
        CelEngine engine = new CelEngine();
        List<ResourceKind> kinds = new ArrayList<>();
        for (Map<String, Object> crd : crds) {
            Map<String, Object> spec = SchemaReader.map(crd.get("spec"));
            String group = String.valueOf(spec.get("group"));
            String kind = String.valueOf(SchemaReader.map(spec.get("names")).get("kind"));
            for (Object entry : (List<?>) spec.getOrDefault("versions", List.of())) {
                Map<String, Object> version = SchemaReader.map(entry);
                String name = String.valueOf(version.get("name"));
                Object root = SchemaReader.map(version.get("schema")).get("openAPIV3Schema");
                kinds.add(new ResourceKind(
                        group.isEmpty() ? name : group + "/" + name,
                        kind,
                        withMetadata(SchemaReader.read(SchemaReader.map(root)), metadata),
                        SchemaReader.map(version.get("subresources")).containsKey("status"),
                        engine));
            }
        }
        return new ApiCatalog(kinds);
    }

    /** The kind with exactly this apiVersion and name. */
    public Optional<ResourceKind> find(String apiVersion, String kind) {
        return kinds.stream()
                .filter(known ->
                        known.apiVersion().equals(apiVersion) && known.kind().equals(kind))
                .findFirst();
    }

    /** All kinds, those of this product first. */
    public List<ResourceKind> kinds() {
        return kinds;
    }

    /** The schema of a CRD does not declare metadata: the API server adds apiVersion, kind and metadata to each. */
    private static Schema withMetadata(Schema root, Schema metadata) {
        Schema text = SchemaReader.read(Map.of("type", "string"));
        Map<String, Schema> properties = new LinkedHashMap<>();
        properties.put("apiVersion", text);
        properties.put("kind", text);
        properties.put("metadata", metadata);
        root.properties().forEach(properties::putIfAbsent);
        Set<String> required = new java.util.TreeSet<>(root.required());
        required.add("metadata");
        required.remove("status");
        return new Schema(
                root.type(),
                false,
                false,
                false,
                root.summary(),
                null,
                root.limits(),
                properties,
                null,
                null,
                required,
                ListType.ATOMIC,
                List.of(),
                root.branches(),
                root.rules(),
                root.hasTransitionRules());
    }

    private static Map<String, Object> resource(String path) {
        try (InputStream in = ApiCatalog.class.getClassLoader().getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("not on the class path: " + path);
            }
            Object tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
            return SchemaReader.map(tree);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
