package dev.datapath.operator.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import dev.datapath.operator.admission.Violation.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/**
 * A general JSON schema validator and the structural check agree on the committed CRDs, for random changes of valid specifications.
 * Features of Kubernetes alone are left out: uniqueness of list items, defaults, unknown fields and rules.
 */
class SecondOpinionTest {
    private record Case(ResourceKind kind, JsonSchema schema, Map<String, Object> spec) {}

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Object> ODD_VALUES = List.of(
            0L,
            1L,
            -1L,
            65_536L,
            1.5,
            101L,
            5_000_000_000L,
            true,
            "",
            "a",
            "A b",
            "10s",
            "1Gi",
            "99.5",
            "GetObject",
            "é€😀",
            "x".repeat(300),
            "x".repeat(33),
            "x".repeat(51),
            "x".repeat(64),
            "x".repeat(254),
            List.of(),
            List.of("a"),
            Map.of(),
            Map.of("name", "a"),
            "10.0.0.0/8",
            "MinIO",
            "Reads");
    private static final List<Case> CASES = examples();

    @Property(tries = 3000)
    void bothAcceptOrReject(@ForAll("cases") Case good, @ForAll Random random) {
        Map<String, Object> spec = copy(good.spec);
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            change(spec, random);
        }

        assertThat(ours(good.kind, spec).isEmpty())
                .as("%s%nours: %s%ntheirs: %s", spec, ours(good.kind, spec), theirs(good.schema, spec))
                .isEqualTo(theirs(good.schema, spec).isEmpty());
    }

    @Provide
    Arbitrary<Case> cases() {
        return Arbitraries.of(CASES);
    }

    private static List<Violation> ours(ResourceKind kind, Map<String, Object> spec) {
        Report report = new Report(false);
        new StructuralCheck(report).check(spec, kind.schema().properties().get("spec"), FieldPath.ROOT);
        return report.violations().stream()
                .filter(violation -> violation.type() != Type.DUPLICATE)
                .toList();
    }

    private static Set<ValidationMessage> theirs(JsonSchema schema, Map<String, Object> spec) {
        return schema.validate(JSON.valueToTree(spec));
    }

    /** Replaces, removes or adds one value somewhere in the tree. */
    private static void change(Object tree, Random random) {
        Object at = tree;
        while (true) {
            List<Object> children = new ArrayList<>();
            if (at instanceof Map<?, ?> fields) {
                children.addAll(fields.values());
            } else if (at instanceof List<?> items) {
                children.addAll(items);
            }
            children.removeIf(child -> !(child instanceof Map || child instanceof List));
            if (children.isEmpty() || random.nextInt(4) == 0) {
                break;
            }
            at = children.get(random.nextInt(children.size()));
        }
        Object value = copyValue(ODD_VALUES.get(random.nextInt(ODD_VALUES.size())));
        if (at instanceof Map<?, ?>) {
            Map<String, Object> fields = SchemaReader.map(at);
            List<String> names = List.copyOf(fields.keySet());
            String name = names.isEmpty() ? "name" : names.get(random.nextInt(names.size()));
            if (random.nextInt(3) == 0) {
                fields.remove(name);
            } else {
                fields.put(name, value);
            }
        } else if (at instanceof List<?> list) {
            @SuppressWarnings("unchecked") // A list of a copied tree.
            List<Object> items = (List<Object>) list;
            if (random.nextBoolean() || items.isEmpty()) {
                items.add(value);
            } else {
                items.remove(random.nextInt(items.size()));
            }
        }
    }

    private static List<Case> examples() {
        ApiCatalog catalog = ApiCatalog.load();
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(VersionFlag.V4);
        Path examples = Path.of("../crds/src/test/resources/examples");
        try (Stream<Path> files = Files.list(examples)) {
            return files.sorted()
                    .flatMap(file -> documents(file).stream())
                    .map(object -> {
                        ResourceKind kind = catalog.find(
                                        String.valueOf(object.get("apiVersion")), String.valueOf(object.get("kind")))
                                .orElseThrow();
                        assertThat(kind.admit(object, null)).isEmpty();
                        return new Case(
                                kind,
                                factory.getSchema(JSON.valueToTree(specSchema(kind))),
                                SchemaReader.map(object.get("spec")));
                    })
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static List<Map<String, Object>> documents(Path file) {
        try {
            return Stream.of(Files.readString(file).split("(?m)^---.*$"))
                    .filter(text -> text.lines().anyMatch(line -> !line.isBlank() && !line.startsWith("#")))
                    .map(TestYaml::tree)
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Object specSchema(ResourceKind kind) {
        try {
            for (Path file : List.of(
                    Path.of("../crds/manifests/datapaths.datapath.dev.yaml"),
                    Path.of("../crds/manifests/storagepools.datapath.dev.yaml"),
                    Path.of("../crds/manifests/routingpolicies.datapath.dev.yaml"),
                    Path.of("../crds/manifests/servicelevelobjectives.datapath.dev.yaml"))) {
                Map<String, Object> crd =
                        SchemaReader.map(TestYaml.tree(Files.readString(file)).get("spec"));
                if (SchemaReader.map(crd.get("names")).get("kind").equals(kind.kind())) {
                    Object version = ((List<?>) crd.get("versions")).getFirst();
                    Object root = SchemaReader.map(SchemaReader.map(version).get("schema"))
                            .get("openAPIV3Schema");
                    return SchemaReader.map(SchemaReader.map(root).get("properties"))
                            .get("spec");
                }
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        throw new IllegalStateException("no CRD for " + kind);
    }

    private static Map<String, Object> copy(Map<String, Object> fields) {
        Map<String, Object> copy = new LinkedHashMap<>();
        fields.forEach((name, field) -> copy.put(name, copyValue(field)));
        return copy;
    }

    private static @Nullable Object copyValue(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> copy(SchemaReader.map(map));
            case List<?> list -> {
                List<Object> items = new ArrayList<>();
                list.forEach(item -> items.add(copyValue(item)));
                yield items;
            }
            case null, default -> value;
        };
    }
}
