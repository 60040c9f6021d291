package dev.datapath.operator.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.GoldenCase;
import dev.datapath.operator.model.Reason;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code kubectl explain} does not promise fields that the compiler reports as Unsupported. */
class UnsupportedFieldsTest {
    private static final Path CRDS = Path.of("../crds/manifests");

    @Test
    void fieldsAreDocumentedAsUnsupportedExactlyWhenReported() throws IOException {
        assertThat(fieldsThatSaySo()).isEqualTo(reportedFields()).isNotEmpty();
    }

    @Test
    void pageOfUnsupportedFieldsIsComplete() throws IOException {
        var listed = Pattern.compile("^\\| `([A-Za-z.]+)` \\|", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("../docs/not-yet.md")))
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(listed).isEqualTo(reportedFields());
    }

    /** As {@code Kind.field.field}, of all cases of {@link CompileGoldenTest}. */
    private static Set<String> reportedFields() {
        var fields = new TreeSet<String>();
        for (var golden : GoldenCase.allIn("compile")) {
            for (var finding : Compiler.compile(World.of(golden.read("in.yaml")).resources(null))
                    .findings()) {
                if (finding.reason() == Reason.Unsupported) {
                    fields.add(finding.object().kind() + "." + finding.field().replaceAll("\\[\\d+]", ""));
                }
            }
        }
        return fields;
    }

    private static Set<String> fieldsThatSaySo() throws IOException {
        var fields = new TreeSet<String>();
        for (var file : filesOf(CRDS)) {
            var crd = Serialization.unmarshal(Files.readString(file), CustomResourceDefinition.class);
            var root = crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
            var kind = crd.getSpec().getNames().getKind();
            // The spec in the schema of an object has no own description, so the description of the kind is used.
            if (saysSo(root)) {
                fields.add(kind + ".spec");
            }
            collect(kind, root, fields);
        }
        return fields;
    }

    private static void collect(String path, JSONSchemaProps schema, Set<String> fields) {
        schema.getProperties().forEach((name, field) -> {
            var here = path + "." + name;
            if (saysSo(field)) {
                fields.add(here);
            }
            collect(here, field, fields);
            if (field.getItems() != null) {
                collect(here, field.getItems().getSchema(), fields);
            }
        });
    }

    private static boolean saysSo(JSONSchemaProps schema) {
        return schema.getDescription() != null && schema.getDescription().contains("reported as Unsupported");
    }

    private static List<Path> filesOf(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }
}
