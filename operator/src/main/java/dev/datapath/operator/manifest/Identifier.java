package dev.datapath.operator.manifest;

import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.admission.FieldPath;
import dev.datapath.operator.admission.ResourceKind;
import dev.datapath.operator.admission.Spelling;
import dev.datapath.operator.manifest.ManifestDocument.Identity;
import dev.datapath.operator.manifest.YamlDocument.Fault;
import dev.datapath.operator.model.ObjectRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Determines the identity of a document, or why it has none. */
final class Identifier {
    private static final FieldPath KIND = FieldPath.ROOT.field("kind");
    private static final FieldPath API_VERSION = FieldPath.ROOT.field("apiVersion");
    private static final FieldPath NAME = FieldPath.ROOT.field("metadata").field("name");
    private static final FieldPath NAMESPACE = FieldPath.ROOT.field("metadata").field("namespace");
    private static final String DEFAULT_NAMESPACE = "default";

    private final ApiCatalog catalog;

    Identifier(ApiCatalog catalog) {
        this.catalog = catalog;
    }

    /** The objects of a document: one, or several for a {@code v1 List}. */
    List<ManifestDocument> identify(YamlDocument document) {
        Map<String, Object> fields = document.fields();
        if (fields == null) {
            return document.faults().isEmpty()
                    ? List.of()
                    : List.of(ManifestDocument.unidentified(document.positions(), document.faults()));
        }
        if ("v1".equals(fields.get("apiVersion"))
                && "List".equals(fields.get("kind"))
                && fields.get("items") instanceof List<?> items) {
            return items(items, document);
        }
        return List.of(identify(fields, document));
    }

    /** Identifies an object that has no text. */
    ManifestDocument identify(Map<String, Object> fields) {
        return identify(fields, new YamlDocument(fields, Positions.of(1, 1), List.of()));
    }

    private List<ManifestDocument> items(List<?> items, YamlDocument document) {
        List<ManifestDocument> found = new ArrayList<>();
        FieldPath list = FieldPath.ROOT.field("items");
        Map<Integer, List<Fault>> byItem = new HashMap<>();
        List<Fault> others = new ArrayList<>();
        for (Fault fault : document.faults()) {
            List<Object> steps = fault.path().steps();
            if (steps.size() > 1 && steps.getFirst().equals("items") && steps.get(1) instanceof Integer item) {
                byItem.computeIfAbsent(item, first -> new ArrayList<>()).add(fault.within(list.item(item)));
            } else {
                others.add(fault);
            }
        }
        if (!others.isEmpty()) {
            found.add(ManifestDocument.unidentified(document.positions(), others));
        }
        boolean mayHaveMore = document.faults().size() >= YamlTree.MAX_FAULTS;
        for (int i = 0; i < items.size(); i++) {
            Positions positions = document.positions().find(list.item(i));
            if (items.get(i) instanceof Map<?, ?> untyped) {
                @SuppressWarnings("unchecked") // YamlTree makes text keys only.
                Map<String, Object> fields = (Map<String, Object>) untyped;
                List<Fault> faults = byItem.getOrDefault(
                        i,
                        mayHaveMore
                                ? List.of(Fault.inText(
                                        positions.line(),
                                        positions.column(),
                                        "is not applied because the List has too many errors; correct these first"))
                                : List.of());
                found.add(identify(fields, new YamlDocument(fields, positions, faults)));
            } else {
                found.add(ManifestDocument.unidentified(
                        positions, FieldPath.ROOT, "an item of a List must be an object; write one or remove it"));
            }
        }
        return found;
    }

    private ManifestDocument identify(Map<String, Object> fields, YamlDocument document) {
        Positions positions = document.positions();
        if (!document.faults().isEmpty() && !fields.containsKey("kind")) {
            return ManifestDocument.unidentified(positions, document.faults());
        }
        if (!(fields.get("kind") instanceof String kind)) {
            return ManifestDocument.unidentified(positions, KIND, "is missing; write one of " + kinds());
        }
        Optional<ResourceKind> named = catalog.kinds().stream()
                .filter(known -> known.kind().equals(kind))
                .findFirst();
        if (!(fields.get("apiVersion") instanceof String apiVersion)) {
            String wanted = named.map(ResourceKind::apiVersion).orElse("datapath.dev/v1alpha1");
            return ManifestDocument.unidentified(positions, API_VERSION, "is missing; write apiVersion: " + wanted);
        }
        Optional<ResourceKind> found = catalog.find(apiVersion, kind);
        if (found.isEmpty()) {
            return named.isPresent()
                    ? ManifestDocument.unidentified(
                            positions,
                            API_VERSION,
                            "\"" + apiVersion + "\" has no kind " + kind + "; write apiVersion: "
                                    + named.get().apiVersion())
                    : ManifestDocument.unidentified(
                            positions,
                            KIND,
                            "\"" + kind + "\" of \"" + apiVersion + "\" is not known here; "
                                    + Spelling.remedy(
                                            kind,
                                            catalog.kinds().stream()
                                                    .map(ResourceKind::kind)
                                                    .toList()));
        }
        return named(found.get(), fields, document);
    }

    private static ManifestDocument named(ResourceKind kind, Map<String, Object> fields, YamlDocument document) {
        Map<?, ?> metadata = fields.get("metadata") instanceof Map<?, ?> map ? map : Map.of();
        if (!(metadata.get("name") instanceof String name) || name.isEmpty()) {
            Object given = metadata.get("name");
            return ManifestDocument.unidentified(
                    document.positions(),
                    NAME,
                    given instanceof Number || given instanceof Boolean
                            ? "must be text but is " + given + "; put it in quotes"
                            : "is missing; write the name of this " + kind.kind());
        }
        Object namespace = metadata.get("namespace");
        if (namespace instanceof Map<?, ?> || namespace instanceof List<?>) {
            return ManifestDocument.unidentified(document.positions(), NAMESPACE, "must be text; put it in quotes");
        }
        // Empty text is the default namespace, as in kubectl. A value that is not text is not admitted, but the object
        // keeps its identity.
        boolean isDefault = namespace == null || namespace.equals("");
        return new ManifestDocument(
                new Identity(
                        kind,
                        new ObjectRef(kind.kind(), isDefault ? DEFAULT_NAMESPACE : String.valueOf(namespace), name)),
                isDefault && namespace != null ? withoutNamespace(fields, metadata) : fields,
                document.positions(),
                document.faults());
    }

    private static Map<String, Object> withoutNamespace(Map<String, Object> fields, Map<?, ?> metadata) {
        Map<Object, Object> rest = new LinkedHashMap<>(metadata);
        rest.remove("namespace");
        Map<String, Object> whole = new LinkedHashMap<>(fields);
        whole.put("metadata", rest);
        return whole;
    }

    private String kinds() {
        return String.join(
                ", ", catalog.kinds().stream().map(ResourceKind::kind).toList());
    }
}
