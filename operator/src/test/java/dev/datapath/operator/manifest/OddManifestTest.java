package dev.datapath.operator.manifest;

import static dev.datapath.operator.manifest.ManifestReaderTest.pool;
import static dev.datapath.operator.manifest.ManifestReaderTest.port;
import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.admission.ApiCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Metadata and values of the wrong form cause an error at the object; every other file is still read and followed. */
class OddManifestTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ownerReferences: [{controller: perhaps}]                            | metadata.ownerReferences[0].controller: must be true or false
            ownerReferences: [{controller: true}]                               | metadata.ownerReferences[0].uid: is missing
            ownerReferences: {}                                                 | metadata.ownerReferences: must be a list
            ownerReferences: [perhaps]                                          | metadata.ownerReferences[0]: must be an object
            managedFields: [{time: yesterday}]                                  | metadata.managedFields[0].time:
            managedFields: [{fieldsV1: perhaps}]                                | metadata.managedFields[0].fieldsV1: must be an object
            generation: 1e300                                                   | metadata.generation:
            deletionGracePeriodSeconds: 99999999999999999999                    | metadata.deletionGracePeriodSeconds:
            creationTimestamp: [2030]                                           | metadata.creationTimestamp: must be text
            labels: [a]                                                         | metadata.labels: must be an object
            annotations: {a: 1}                                                 | metadata.annotations.a: must be text
            finalizers: [{a: b}]                                                | metadata.finalizers[0]: must be text
            uid: 1                                                              | metadata.uid: must be text
            namespace: 1                                                        | metadata.namespace: must be text
            """)
    void metadataOfTheWrongFormIsAnErrorAtItsField(String metadata, String message) throws IOException {
        for (var head : List.of(
                "apiVersion: v1\nkind: ConfigMap\n",
                "apiVersion: v1\nkind: Secret\n",
                "apiVersion: datapath.dev/v1alpha1\nkind: StoragePool\n")) {
            assertThat(findingsBesideAChange(head + "metadata:\n  name: odd\n  " + metadata + "\n"))
                    .anyMatch(text -> text.contains("/odd: " + message));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "!!int abc",
                "!!int ''",
                "!!bool ''",
                "!!bool maybe",
                "\"\\ud800\"",
                "{<<: &x [*x]}",
                "{a: 1, a: 2}",
                "{[a]: b}",
                "&x {a: *x}",
                "\t1"
            })
    void valuesThatNoObjectCanHoldAreErrors(String value) throws IOException {
        assertThat(findingsBesideAChange(
                        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd}\ndata: {key: " + value + "}\n"))
                .isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "status: perhaps",
        "status: [1]",
        "status: {conditions: {a: 1}}",
        "status: {observedGeneration: 1e300}",
    })
    void theStatusInAFileIsIgnoredAsAnApiServerDoes(String status) throws IOException {
        assertThat(findingsBesideAChange(pool("odd", 9000) + status + "\n")).isEmpty();
    }

    @Test
    void exponentialMergesEndTheReading() throws IOException {
        var text = new StringBuilder("a0: &a0 []\n");
        for (int i = 1; i <= 12; i++) {
            text.append("a%d: &a%d [%s]\n"
                    .formatted(i, i, String.join(", ", java.util.Collections.nCopies(12, "*a" + (i - 1)))));
        }
        assertThat(findingsBesideAChange(text + "m: {<<: *a12}\n")).anyMatch(line -> line.contains("aliases"));
    }

    @Test
    void oneDocumentHasABoundedNumberOfErrors() throws IOException {
        assertThat(findingsBesideAChange("a: 1\n".repeat(100_000))).hasSizeBetween(1, 110);
    }

    /** Reads the text beside a valid file, changes the valid file, and reads again: the change must be in effect. */
    private List<String> findingsBesideAChange(String text) throws IOException {
        var reader = new ManifestReader(CATALOG, List.of(directory), InstantSource.system());
        Files.writeString(directory.resolve("odd.yaml"), text);
        Files.writeString(directory.resolve("z.yaml"), pool("other", 9000));
        reader.read();
        Files.writeString(directory.resolve("z.yaml"), pool("other", 19001));

        var set = reader.read();

        assertThat(port(set, "other")).isEqualTo(19001);
        return set.findings().stream().map(LocatedFinding::toString).toList();
    }
}
