package dev.datapath.operator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.manifest.LocatedFinding;
import dev.datapath.operator.manifest.ManifestReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Valid manifests with a value replaced anywhere, also in metadata and status. Each results in findings, and the other object of
 * the file stays in effect.
 */
class AnyManifestTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NEIGHBOUR = """
            apiVersion: datapath.dev/v1alpha1
            kind: StoragePool
            metadata: {name: neighbour, namespace: ai}
            spec: {nodes: {static: [{name: a, address: 10.0.0.1, port: 9000}]}}
            """;
    private static final String COMMON = """
            metadata:
              name: odd
              namespace: ai
              uid: 0b6a
              generation: 3
              deletionGracePeriodSeconds: 30
              creationTimestamp: "2030-01-01T00:00:00Z"
              labels: {team: a}
              annotations: {note: b}
              finalizers: [datapath.dev/a]
              ownerReferences: [{apiVersion: v1, kind: Pod, name: a, uid: u, controller: true, blockOwnerDeletion: false}]
              managedFields:
              - {manager: m, operation: Apply, apiVersion: v1, time: "2030-01-01T00:00:00Z", fieldsType: FieldsV1, fieldsV1: {f: {}}}
            """;
    /** Raw values that are written into the text verbatim. */
    private static final List<String> RAW_VALUES = List.of(
            "perhaps",
            "null",
            "~",
            "true",
            "[]",
            "{}",
            "[[]]",
            "[null]",
            "{a: null}",
            "[{controller: perhaps}]",
            "-1",
            "1.5",
            "99999999999999999999",
            "1e300",
            "-1e300",
            "1e999",
            "9223372036854775808",
            "0x1F",
            "0o17",
            "017",
            "0b1",
            "1_000",
            "1:30",
            "190:20:30",
            ".inf",
            ".nan",
            "2030-01-01",
            "2030-01-01T00:00:00Z",
            "!!int abc",
            "!!int ''",
            "!!bool ''",
            "!!bool maybe",
            "!!float x",
            "!!null x",
            "!!timestamp x",
            "!!binary 'x'",
            "!!set {a, b}",
            "!unknown x",
            "&x [*x]",
            "&x {a: *x}",
            "{<<: 1}",
            "{<<: [1]}",
            "{<<: &x [*x]}",
            "{a: 1, a: 2}",
            "{[a]: b}",
            "{yes: no}",
            "\"\\ud800\"",
            "\"\\udc00x\"",
            "\"\\0\"",
            "\"\\e[31m\\n\"",
            "\"\\u202e\"",
            "''",
            "' '",
            "\"" + "x".repeat(70_000) + "\"",
            "9".repeat(5_000),
            "[".repeat(60) + "]".repeat(60),
            "[".repeat(90) + "]".repeat(90),
            "{a: ".repeat(50) + "1" + "}".repeat(50));

    private static final List<Map<String, Object>> GOOD = examples();

    @Property(tries = 1500)
    void aChangedManifestEndsInFindingsAndLeavesItsNeighbour(
            @ForAll("manifests") Map<String, Object> good, @ForAll Random random) throws IOException {
        var tree = copy(good);
        var raw = new LinkedHashMap<String, String>();
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            change(tree, random, raw);
        }
        check(text(tree, raw));
    }

    @Provide
    Arbitrary<Map<String, Object>> manifests() {
        return Arbitraries.of(GOOD);
    }

    private static void check(String text) throws IOException {
        Path directory = Files.createTempDirectory("datapath-any-manifest");
        Path neighbour = Files.writeString(directory.resolve("a-neighbour.yaml"), NEIGHBOUR);
        Path odd = Files.writeString(directory.resolve("odd.yaml"), text);
        try {
            var reader = new ManifestReader(CATALOG, List.of(directory), InstantSource.system());
            var set = reader.read();
            var validation = Validation.of(set, Instant.EPOCH);

            assertThat(validation.findings())
                    .as(text)
                    .noneMatch(finding -> finding.message().contains("defect"));
            assertThat(set.storagePools())
                    .as(text)
                    .anyMatch(pool -> pool.ref().name().equals("neighbour"));
            assertThat(set.objects().size() > 1
                            || validation.findings().stream().anyMatch(LocatedFinding::isError))
                    .as(text)
                    .isTrue();
            assertThat(reader.read().findings()).as(text).isEqualTo(set.findings());
        } finally {
            Files.delete(neighbour);
            Files.delete(odd);
            Files.delete(directory);
        }
    }

    /** Replaces, removes or renames a value at any depth. */
    private static void change(Map<String, Object> tree, Random random, Map<String, String> raw) {
        var places = new ArrayList<Runnable>();
        collect(tree, places, random, raw);
        places.get(random.nextInt(places.size())).run();
    }

    private static void collect(Object tree, List<Runnable> places, Random random, Map<String, String> raw) {
        if (tree instanceof Map<?, ?> untyped) {
            var fields = map(untyped);
            for (var name : fields.keySet()) {
                places.add(() -> {
                    switch (random.nextInt(8)) {
                        case 0 -> fields.remove(name);
                        case 1 -> fields.put("x" + name, fields.get(name));
                        default -> fields.put(name, placeholder(random, raw));
                    }
                });
                collect(fields.get(name), places, random, raw);
            }
        } else if (tree instanceof List<?> items) {
            for (int i = 0; i < items.size(); i++) {
                int at = i;
                @SuppressWarnings("unchecked") // A list of a copied tree.
                var list = (List<Object>) items;
                places.add(() -> list.set(at, placeholder(random, raw)));
                collect(items.get(i), places, random, raw);
            }
        }
    }

    private static String placeholder(Random random, Map<String, String> raw) {
        var name = "@" + raw.size() + "@";
        raw.put(name, RAW_VALUES.get(random.nextInt(RAW_VALUES.size())));
        return name;
    }

    private static String text(Map<String, Object> tree, Map<String, String> raw) throws JsonProcessingException {
        var text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(tree);
        for (var value : raw.entrySet()) {
            text = text.replace('"' + value.getKey() + '"', value.getValue());
        }
        return text;
    }

    private static List<Map<String, Object>> examples() {
        var found = new ArrayList<Map<String, Object>>();
        try (Stream<Path> files = Files.list(Path.of("../crds/src/test/resources/examples"))) {
            for (var file : files.sorted().toList()) {
                new Yaml(new SafeConstructor(new LoaderOptions()))
                        .loadAll(Files.readString(file))
                        .forEach(object -> found.add(object(map(object))));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        found.add(object(
                map(new Yaml().load("{apiVersion: v1, kind: ConfigMap, data: {ca.crt: x}, binaryData: {b: eA==}}"))));
        found.add(object(map(
                new Yaml().load("{apiVersion: v1, kind: Secret, type: Opaque, data: {k: eA==}, stringData: {s: x}}"))));
        return found;
    }

    private static Map<String, Object> object(Map<String, Object> object) {
        var whole = copy(object);
        whole.put(
                "metadata",
                map(new Yaml(new SafeConstructor(new LoaderOptions())).<Object>load(COMMON))
                        .get("metadata"));
        whole.put("status", map(new Yaml().load("{conditions: [{type: Accepted, status: 'True'}]}")));
        return whole;
    }

    private static Map<String, Object> copy(Map<String, Object> fields) {
        Map<String, Object> copy = new LinkedHashMap<>();
        fields.forEach((name, field) -> copy.put(name, copyValue(field)));
        return copy;
    }

    private static @Nullable Object copyValue(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> fields -> copy(map(fields));
            case List<?> list -> {
                List<Object> items = new ArrayList<>();
                list.forEach(item -> items.add(copyValue(item)));
                yield items;
            }
            case null, default -> value;
        };
    }

    @SuppressWarnings("unchecked") // Trees of YAML with text keys.
    private static Map<String, Object> map(Object tree) {
        return (Map<String, Object>) tree;
    }
}
