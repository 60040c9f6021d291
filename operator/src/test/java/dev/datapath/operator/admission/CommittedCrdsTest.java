package dev.datapath.operator.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The committed CRDs behave here as in the tests of their own module: the same specifications are rejected and admitted. Every CEL
 * rule of a schema is violated by at least one case and satisfied by at least one.
 */
class CommittedCrdsTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();
    private static final Path CRD_CASES = Path.of("../crds/src/test/resources");
    private static final Path MORE_CASES = Path.of("src/test/resources/admission/refused.yaml");

    /** @param says a part of the expected message; empty for schema violations, whose messages differ here */
    private record Refused(ResourceKind kind, String name, Map<String, Object> object, String says) {
        List<Violation> violations() {
            return kind.admit(object, null);
        }
    }

    @TestFactory
    Stream<DynamicTest> isRefused() throws IOException {
        return refused().stream()
                .map(refused -> DynamicTest.dynamicTest(refused.kind.kind() + ": " + refused.name, () -> {
                    List<Violation> violations = refused.violations();
                    assertThat(violations).isNotEmpty();
                    if (isRuleMessage(refused.says)) {
                        assertThat(violations)
                                .anySatisfy(violation ->
                                        assertThat(violation.message()).contains(refused.says));
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> isAdmitted() throws IOException {
        return good().stream()
                .map(object -> DynamicTest.dynamicTest(
                        object.get("kind") + ": "
                                + SchemaReader.map(object.get("metadata")).get("name"),
                        () -> assertThat(kind(object.get("kind")).admit(object, null))
                                .isEmpty()));
    }

    @Test
    void everyRuleIsViolatedByACase() throws IOException {
        TreeSet<String> broken = new TreeSet<>();
        for (Refused refused : refused()) {
            for (Violation violation : refused.violations()) {
                broken.add(refused.kind.kind() + " " + general(violation.path()) + ": " + violation.message());
            }
        }
        TreeSet<String> rules = new TreeSet<>();
        forEachRule((place, rule) -> rules.add(place + ": " + rule.message()));

        rules.removeAll(broken);
        assertThat(rules).isEmpty();
    }

    @Test
    void everyRuleIsEvaluatedOnAValidObject() throws IOException {
        TreeSet<String> evaluated = new TreeSet<>();
        for (Map<String, Object> object : good()) {
            ResourceKind kind = kind(object.get("kind"));
            assertThat(kind.admit(object, null)).isEmpty();
            collect(object, kind.schema(), FieldPath.ROOT, (path, rule) -> evaluated.add(place(kind, path, rule)));
        }
        TreeSet<String> rules = new TreeSet<>();
        forEachRule((place, rule) -> rules.add(place));

        assertThat(rules).isNotEmpty();
        rules.removeAll(evaluated);
        assertThat(rules).isEmpty();
    }

    private static boolean isRuleMessage(String text) {
        TreeSet<String> found = new TreeSet<>();
        forEachRule((place, rule) -> {
            if (rule.message() != null && rule.message().contains(text)) {
                found.add(place);
            }
        });
        return !found.isEmpty();
    }

    private static void forEachRule(BiConsumer<String, CelRule> action) {
        for (ResourceKind kind : CATALOG.kinds()) {
            if (kind.isCustom()) {
                walk(kind.schema(), FieldPath.ROOT, (path, rule) -> action.accept(place(kind, path, rule), rule));
            }
        }
    }

    /** The field path that a rule reports, with every index replaced by 0. */
    private static String place(ResourceKind kind, FieldPath path, CelRule rule) {
        FieldPath blamed = rule.fieldPath() == null ? path : path.append(FieldPath.parse(rule.fieldPath()));
        return kind.kind() + " " + general(blamed);
    }

    private static String general(FieldPath path) {
        return path.toString().replaceAll("\\[\\d+]", "[0]");
    }

    private static void walk(Schema schema, FieldPath path, BiConsumer<FieldPath, CelRule> action) {
        schema.rules().forEach(rule -> action.accept(path, rule));
        schema.properties().forEach((name, field) -> {
            if (!name.equals("status")) {
                walk(field, path.field(name), action);
            }
        });
        if (schema.items() != null) {
            walk(schema.items(), path.item(0), action);
        }
    }

    private static void collect(Object value, Schema schema, FieldPath path, BiConsumer<FieldPath, CelRule> action) {
        schema.rules().forEach(rule -> action.accept(path, rule));
        if (value instanceof Map<?, ?> fields) {
            SchemaReader.map(fields).forEach((name, field) -> {
                Schema known = schema.field(name);
                if (known != null) {
                    collect(field, known, path.field(name), action);
                }
            });
        } else if (value instanceof List<?> items && schema.items() != null) {
            items.forEach(item -> collect(item, schema.items(), path.item(0), action));
        }
    }

    private static List<Refused> refused() throws IOException {
        return Stream.concat(
                        refused(Files.readString(CRD_CASES.resolve("rejected.yaml"))),
                        refused(Files.readString(MORE_CASES)))
                .toList();
    }

    private static Stream<Refused> refused(String cases) {
        return TestYaml.tree(cases).entrySet().stream().flatMap(entry -> {
            ResourceKind kind = kind(entry.getKey());
            Map<String, Object> group = SchemaReader.map(entry.getValue());
            return ((List<?>) group.get("refused"))
                    .stream()
                            .map(SchemaReader::map)
                            .map(refused -> new Refused(
                                    kind,
                                    String.valueOf(refused.get("case")),
                                    object(kind, merged(group.get("valid"), refused.get("patch"))),
                                    String.valueOf(refused.get("says"))));
        });
    }

    private static List<Map<String, Object>> good() throws IOException {
        Stream<Map<String, Object>> bases =
                TestYaml.tree(Files.readString(CRD_CASES.resolve("rejected.yaml"))).entrySet().stream()
                        .map(entry -> object(
                                kind(entry.getKey()),
                                SchemaReader.map(entry.getValue()).get("valid")));
        Stream<Map<String, Object>> more = TestYaml.tree(Files.readString(MORE_CASES)).entrySet().stream()
                .map(entry -> object(
                        kind(entry.getKey()), SchemaReader.map(entry.getValue()).get("valid")));
        try (Stream<Path> files = Files.list(CRD_CASES.resolve("examples"))) {
            List<Map<String, Object>> examples =
                    files.sorted().flatMap(CommittedCrdsTest::documents).toList();
            return Stream.of(bases, more, examples.stream())
                    .flatMap(each -> each)
                    .toList();
        }
    }

    private static Stream<Map<String, Object>> documents(Path file) {
        try {
            return Stream.of(Files.readString(file).split("(?m)^---.*$"))
                    .filter(text -> text.lines().anyMatch(line -> !line.isBlank() && !line.startsWith("#")))
                    .map(TestYaml::tree);
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }

    private static Map<String, Object> object(ResourceKind kind, Object metadataAndSpec) {
        Map<String, Object> object = new LinkedHashMap<>(Map.of("apiVersion", kind.apiVersion(), "kind", kind.kind()));
        object.putAll(SchemaReader.map(SchemaReader.unstructured(metadataAndSpec)));
        return object;
    }

    private static ResourceKind kind(Object name) {
        return CATALOG.kinds().stream()
                .filter(kind -> kind.kind().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** A JSON merge patch, RFC 7386. */
    private static Object merged(Object target, Object patch) {
        if (!(patch instanceof Map<?, ?> changes)) {
            return patch;
        }
        Map<String, Object> result = new LinkedHashMap<>(SchemaReader.map(target));
        SchemaReader.map(changes).forEach((name, change) -> {
            if (change == null) {
                result.remove(name);
            } else {
                result.put(name, merged(result.get(name), change));
            }
        });
        return result;
    }
}
