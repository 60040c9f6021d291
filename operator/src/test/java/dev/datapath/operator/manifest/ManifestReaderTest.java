package dev.datapath.operator.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.Finding.Severity;
import dev.datapath.operator.model.ObjectRef;
import dev.datapath.operator.model.Reason;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The objects in effect while files change. */
class ManifestReaderTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();

    @TempDir
    private Path directory;

    private ManifestReader reader;

    @BeforeEach
    void reader() {
        reader = new ManifestReader(
                CATALOG, List.of(directory), InstantSource.fixed(Instant.parse("2030-01-01T10:00:00.5Z")));
    }

    @Test
    void anObjectThatBecomesInvalidKeepsItsLastVersion() throws IOException {
        write("pool.yaml", pool("store", 9000));
        StoragePool admitted = onlyPool(reader.read());
        write("pool.yaml", pool("store", 90000));

        ManifestSet set = reader.read();

        assertThat(onlyPool(set)).isSameAs(admitted);
        assertThat(set.findings())
                .extracting(
                        LocatedFinding::severity, finding -> finding.location().line(), LocatedFinding::message)
                .containsExactly(
                        tuple(
                                Severity.WARNING,
                                1,
                                "is not applied until the errors are corrected; until then the version of"
                                        + " 2030-01-01T10:00:00Z stays in effect"),
                        tuple(Severity.ERROR, 6, "90000 is greater than 65535; write a number between 1 and 65535"));
    }

    @Test
    void objectsOfAFileThatCannotBeParsedStay() throws IOException {
        write("pool.yaml", pool("store", 9000) + "---\n" + pool("other", 9000));
        reader.read();
        write("pool.yaml", pool("store", 9001) + "---\nkind: [");

        ManifestSet set = reader.read();

        assertThat(set.storagePools()).extracting(pool -> pool.ref().name()).containsExactly("other", "store");
        assertThat(port(set, "store")).isEqualTo(9001);
        assertThat(set.findings())
                .extracting(LocatedFinding::toString)
                .anyMatch(text -> text.contains("pool.yaml:") && text.contains("not valid YAML"))
                .anyMatch(text -> text.contains("StoragePool ai/other: cannot be found, because a part of this file"));
    }

    @Test
    void anObjectThatIsInNoFileIsDeleted() throws IOException {
        write("a.yaml", pool("store", 9000));
        write("b.yaml", pool("other", 9000));
        reader.read();
        Files.delete(directory.resolve("a.yaml"));
        write("b.yaml", "# nothing left\n");

        assertThat(reader.read().objects()).isEmpty();
    }

    @Test
    void anObjectMayMoveToAnotherFile() throws IOException {
        write("a.yaml", pool("store", 9000));
        StoragePool before = onlyPool(reader.read());
        Files.move(directory.resolve("a.yaml"), directory.resolve("b.yaml"));

        ManifestSet set = reader.read();

        assertThat(onlyPool(set)).isSameAs(before);
        assertThat(set.storagePools().getFirst().source().file()).isEqualTo(directory.resolve("b.yaml"));
    }

    @Test
    void aDuplicateInAnEarlierFileDoesNotReplaceTheObjectInForce() throws IOException {
        write("z.yaml", pool("store", 9000));
        reader.read();
        write("0.yaml", pool("store", 9001));
        ManifestSet both = reader.read();

        assertThat(port(both, "store")).isEqualTo(9000);
        assertThat(both.findings())
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding.toString()).contains("0.yaml").contains("z.yaml:1"));
        assertThat(port(reader.read(), "store")).as("and stays").isEqualTo(9000);

        Files.delete(directory.resolve("z.yaml"));
        assertThat(port(reader.read(), "store")).isEqualTo(9001);
    }

    @Test
    void theDuplicateIsUsedWhenTheFirstIsRemoved() throws IOException {
        write("a.yaml", pool("store", 9000));
        write("b.yaml", pool("store", 9001));
        ManifestSet both = reader.read();
        Files.delete(directory.resolve("a.yaml"));
        ManifestSet one = reader.read();

        assertThat(port(both, "store")).isEqualTo(9000);
        assertThat(both.findings()).singleElement().asString().contains("b.yaml:1: StoragePool ai/store: is already");
        assertThat(port(one, "store")).isEqualTo(9001);
        assertThat(one.findings())
                .singleElement()
                .asString()
                .contains("b.yaml:1: StoragePool ai/store: replaced the object at");
    }

    @Test
    void generationCountsChangesOfTheSpecOnly() throws IOException {
        write("pool.yaml", pool("store", 9000));
        long first = generation(reader.read());
        write(
                "pool.yaml",
                "# comment\n" + pool("store", 9000).replace("{name: store,", "{labels: {a: b}, name: store,"));
        long relabelled = generation(reader.read());
        write("pool.yaml", pool("store", 9001));
        long changed = generation(reader.read());

        assertThat(List.of(first, relabelled, changed)).containsExactly(1L, 1L, 2L);
    }

    @Test
    void linesOfAnUnchangedDocumentMoveWithTheTextAboveIt() throws IOException {
        write("pool.yaml", pool("store", 9000));
        ManifestSet before = reader.read();
        write("pool.yaml", "# one\n# two\n---\n" + pool("store", 9000));

        ManifestSet after = reader.read();

        Finding finding = new Finding(
                new ObjectRef("StoragePool", "ai", "store"),
                Severity.ERROR,
                Reason.HostNotResolved,
                "spec.nodes.static[0].address",
                "unknown host");
        assertThat(before.locate(finding))
                .get()
                .extracting(f -> f.location().line())
                .isEqualTo(6);
        assertThat(after.locate(finding))
                .get()
                .extracting(f -> f.location().line())
                .isEqualTo(9);
        assertThat(after.storagePools().getFirst().object())
                .isSameAs(before.storagePools().getFirst().object());
    }

    @Test
    void anImmutableConfigMapKeepsItsContent() throws IOException {
        write("ca.yaml", configMap("one", "immutable: true"));
        reader.read();
        write("ca.yaml", configMap("two", "immutable: true"));

        ManifestSet set = reader.read();

        assertThat(set.configMaps().getFirst().object().getData()).containsEntry("key", "one");
        assertThat(set.findings()).anyMatch(finding -> finding.message().startsWith("the object is immutable"));
    }

    @Test
    void aFileOfTheSameSizeAndTimeIsReadWhenItWasWrittenJustBefore() throws IOException {
        reader = new ManifestReader(CATALOG, List.of(directory), InstantSource.system());
        Path file = write("ca.yaml", configMap("one", ""));
        var written = Files.getLastModifiedTime(file);
        reader.read();
        write("ca.yaml", configMap("two", ""));
        Files.setLastModifiedTime(file, written);

        assertThat(reader.read().configMaps())
                .extracting(Admitted::object)
                .extracting(ConfigMap::getData)
                .singleElement()
                .hasToString("{key=two}");
    }

    /** rsync and backups restore the modification time with the content. */
    @Test
    void aFileOfTheSameSizeAndTimeIsReadWhenItChangedSince() throws IOException {
        var file = write("pool.yaml", pool("store", 9000));
        var written = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
        Files.setLastModifiedTime(file, written);
        assertThat(port(reader.read(), "store")).isEqualTo(9000);

        Files.writeString(file, pool("store", 9001));
        Files.setLastModifiedTime(file, written);
        assertThat(port(reader.read(), "store")).isEqualTo(9001);
    }

    @Test
    void aFileThatIsTooLargeKeepsItsObjects() throws IOException {
        write("a.yaml", pool("store", 9000));
        write("b.yaml", pool("other", 9000));
        reader.read();
        write("a.yaml", pool("store", 9001) + "#".repeat(ManifestFileReader.MAX_FILE_BYTES));
        write("b.yaml", pool("other", 9002));

        ManifestSet set = reader.read();

        assertThat(port(set, "store")).isEqualTo(9000);
        assertThat(port(set, "other")).isEqualTo(9002);
        assertThat(set.findings()).anyMatch(finding -> finding.message().startsWith("the file is larger than 8 MiB"));
    }

    @Test
    void aMissingDirectoryIsAFinding() {
        reader = new ManifestReader(CATALOG, List.of(directory.resolve("none")), InstantSource.system());

        assertThat(reader.read().findings())
                .singleElement()
                .asString()
                .contains("none cannot be read (NoSuchFileException); check that it exists");
    }

    @Test
    void aDirectoryOfAnotherProgramIsNotRead() throws IOException {
        Path work = directory.resolve("work");
        reader = new ManifestReader(CATALOG, List.of(directory), InstantSource.system());
        write("pool.yaml", pool("store", 9000));
        reader.read();
        Files.createDirectories(work.resolve("g"));
        Files.createFile(work.resolve(ManifestReader.PASSED_OVER));
        Files.writeString(work.resolve("g").resolve("bootstrap.json"), "{}");

        ManifestSet set = reader.read();

        assertThat(set.findings()).isEmpty();
        assertThat(set.files()).containsExactly(directory.resolve("pool.yaml"));
    }

    @Test
    void theVolumeOfAConfigMapIsReadOnce() throws IOException {
        Path version = Files.createDirectory(directory.resolve("..2030_01_01"));
        Files.writeString(version.resolve("pool.yaml"), pool("store", 9000));
        Files.createSymbolicLink(directory.resolve("..data"), Path.of("..2030_01_01"));
        Files.createSymbolicLink(directory.resolve("pool.yaml"), Path.of("..data/pool.yaml"));

        ManifestSet set = reader.read();

        assertThat(set.findings()).isEmpty();
        assertThat(set.files()).containsExactly(directory.resolve("pool.yaml"));
        assertThat(set.storagePools()).hasSize(1);
    }

    @Test
    void onlyRegularFilesOfUsersAreRead() throws Exception {
        write("pool.yaml", pool("store", 9000));
        Files.createSymbolicLink(directory.resolve("kernel.yaml"), Path.of("/proc/kmsg"));
        Files.createSymbolicLink(directory.resolve("device.yaml"), Path.of("/dev/zero"));
        assertThat(new ProcessBuilder("mkfifo", directory.resolve("pipe.yaml").toString())
                        .start()
                        .waitFor())
                .isZero();
        Files.createDirectory(directory.resolve("directory.yaml"));

        ManifestSet set = reader.read();

        assertThat(set.storagePools()).hasSize(1);
        assertThat(set.findings())
                .extracting(LocatedFinding::message)
                .hasSize(3)
                .anyMatch(message -> message.contains("kernel.yaml is a link to a file of the kernel"))
                .anyMatch(message -> message.contains("device.yaml is not a regular file"))
                .anyMatch(message -> message.contains("pipe.yaml is not a regular file"));
    }

    @Test
    void filesBeyondTheCommonLimitKeepTheirObjects() throws IOException {
        write("a-0.yaml", "");
        write("z.yaml", pool("store", 9000));
        reader.read();
        var comment = "#".repeat(ManifestFileReader.MAX_FILE_BYTES - 10);
        for (int i = 0; i < ManifestFileReader.MOST.bytes() / comment.length(); i++) {
            write("a-" + i + ".yaml", comment);
        }
        write("y.yaml", comment);

        ManifestSet set = reader.read();

        assertThat(set.storagePools()).hasSize(1);
        assertThat(set.findings())
                .anyMatch(finding -> finding.location().file().endsWith("y.yaml")
                        && finding.message().contains("all files together are larger than 64 MiB"));
    }

    @Test
    void aDirectoryFullOfObjectsDoesNotAffectOthers() throws IOException {
        Files.createDirectory(directory.resolve("a"));
        Files.createDirectory(directory.resolve("z"));
        for (int file = 0; file < 6; file++) {
            var text = new StringBuilder();
            for (int i = 0; i < 9_000; i++) {
                text.append("---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: c")
                        .append(file * 9_000 + i)
                        .append("}}\n");
            }
            write("a/" + file + ".yaml", text.toString());
        }
        write("z/pool.yaml", pool("store", 9000));

        ManifestSet set = reader.read();

        assertThat(set.storagePools()).hasSize(1);
        assertThat(set.objects().size()).isBetween(9_001, (int) ManifestFileReader.MOST.objects());
        assertThat(set.findings())
                .hasSize(4)
                .allSatisfy(finding -> assertThat(finding.message())
                        .contains("more than 20,000 objects or 500,000 values", "remove objects"));
        assertThat(set.findings())
                .extracting(finding -> String.valueOf(finding.location().file().getFileName()))
                .containsExactly("2.yaml", "3.yaml", "4.yaml", "5.yaml");

        // Objects in effect stay in effect and are followed, whatever files are added.
        for (int file = 0; file < 6; file++) {
            Files.delete(directory.resolve("a/" + file + ".yaml"));
        }
        for (int i = 0; i < 100; i++) {
            write("a/tiny" + i + ".yaml", "# less than the pool's\n");
        }
        write("a/list.yaml", "apiVersion: v1\nkind: List\nitems: [" + "x,".repeat(200_000) + "]\n");
        write("a/more.yaml", "apiVersion: v1\nkind: List\nitems: [" + "x,".repeat(200_000) + "]\n");
        write("a/most.yaml", "apiVersion: v1\nkind: List\nitems: [" + "x,".repeat(200_000) + "]\n");
        write("z/pool.yaml", pool("store", 9001));
        set = reader.read();
        assertThat(set.storagePools().getFirst().object().getSpec().nodes().staticNodes())
                .first()
                .satisfies(node -> assertThat(node.port()).isEqualTo(9001));
        assertThat(set.findings())
                .anySatisfy(finding ->
                        assertThat(finding.message()).contains("more than 20,000 objects or 500,000 values"));
    }

    @Test
    void restartKeepsTheAdmittedVersionOfAnInvalidObject() throws IOException {
        var store = new KeptText();
        write("policy.yaml", policy("GetObject"));
        reader.continueFrom(store);
        reader.read();
        reader.remember();
        for (var broken : List.of(policy("GetObject") + "  bad: field\n", "kind: [", "kind: RoutingPolicy\n")) {
            write("policy.yaml", broken);
            var next = new ManifestReader(CATALOG, List.of(directory), InstantSource.system());
            next.continueFrom(store);

            var set = next.read(next.list(), gone -> false);

            assertThat(set.routingPolicies()).as(broken).hasSize(1);
            assertThat(set.findings()).as(broken).anyMatch(LocatedFinding::isError);
            assertThat(next.read(next.list(), gone -> true).routingPolicies())
                    .as(broken)
                    .hasSize(1);
        }
    }

    @Test
    void restartDeletesMissingObjectsButHoldsPoliciesBriefly() throws IOException {
        var store = new KeptText();
        write("all.yaml", pool("store", 9000) + "---\n" + policy("GetObject"));
        reader.continueFrom(store);
        reader.read();
        reader.remember();
        Files.delete(directory.resolve("all.yaml"));
        var next = new ManifestReader(CATALOG, List.of(directory), InstantSource.system());
        next.continueFrom(store);

        assertThat(next.read(next.list(), gone -> false).objects())
                .extracting(object -> object.ref().kind())
                .containsExactly("RoutingPolicy");
        assertThat(next.read(next.list(), gone -> true).objects()).isEmpty();
    }

    @Test
    void anUnchangedObjectIsTheSameVersionAfterARestart() throws IOException {
        var store = new KeptText();
        write("policy.yaml", policy("GetObject"));
        reader.continueFrom(store);
        reader.read();
        reader.remember();
        var before = store.text();
        var next = new ManifestReader(CATALOG, List.of(directory), InstantSource.system());
        next.continueFrom(store);
        next.read();
        next.remember();

        assertThat(store.text()).isEqualTo(before).contains("2030-01-01T10:00:00.500Z");
    }

    @Test
    void secretsAreNotStoredAcrossARestart() throws IOException {
        var store = new KeptText();
        write("secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {key: hidden}\n");
        reader.continueFrom(store);
        reader.read();
        reader.remember();

        assertThat(store.text()).isEqualTo("[]");
    }

    static String policy(String operation) {
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: RoutingPolicy
                metadata: {name: closed, namespace: ai}
                spec:
                  targetRefs: [{name: training}]
                  rules: [{name: closed, matches: [{operations: [%s]}], deny: {}}]
                """.formatted(operation);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    static String pool(String name, int port) {
        return """
                apiVersion: datapath.dev/v1alpha1
                kind: StoragePool
                metadata: {name: %s, namespace: ai}
                spec:
                  nodes:
                    static: [{name: a, address: 10.0.0.1, port: %d}]
                """.formatted(name, port);
    }

    private static String configMap(String value, String more) {
        return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ca}\ndata: {key: " + value + "}\n" + more + "\n";
    }

    private static StoragePool onlyPool(ManifestSet set) {
        assertThat(set.storagePools()).hasSize(1);
        return set.storagePools().getFirst().object();
    }

    private static long generation(ManifestSet set) {
        return onlyPool(set).getMetadata().getGeneration();
    }

    static int port(ManifestSet set, String name) {
        return set.storagePools().stream()
                .filter(pool -> pool.ref().name().equals(name))
                .findFirst()
                .orElseThrow()
                .object()
                .getSpec()
                .nodes()
                .staticNodes()
                .getFirst()
                .port();
    }
}
