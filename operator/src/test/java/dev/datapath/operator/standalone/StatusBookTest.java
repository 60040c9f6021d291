package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathSpec;
import dev.datapath.api.v1alpha1.DataPathStatus;
import dev.datapath.api.v1alpha1.PoolReference;
import dev.datapath.operator.model.ObjectRef;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatusBookTest {
    private static final ObjectRef REF = new ObjectRef("DataPath", "ai", "training");

    @TempDir
    Path source;

    private StatusDirectory directory;

    @AfterEach
    void close() throws IOException {
        directory.close();
    }

    @Test
    void aStatusIsAFileThatTheNextRunContinues() {
        var book = book();
        var status = status(book.generation(REF, dataPath("a")), "True");
        book.record(dataPath("a"), REF, status);
        assertThat(file()).content().contains("kind: DataPath", "generation: 1", "configVersion: 3f9a27c1");

        var next = book();
        assertThat(next.generation(REF, dataPath("a"))).isEqualTo(1);
        assertThat(next.status(REF, DataPathStatus.class)).isEqualTo(status);
        assertThat(next.generation(REF, dataPath("b"))).isEqualTo(2);
    }

    /** Names have at most 253 characters, and file names at most 255 bytes including kind and namespace. */
    @ParameterizedTest
    @ValueSource(strings = {"ai", "team-a"})
    void theLongestNamesHaveAStatusThatTheNextRunContinues(String namespace) {
        var first = new ObjectRef("RoutingPolicy", namespace, "p".repeat(252) + "a");
        var second = new ObjectRef("RoutingPolicy", namespace, "p".repeat(252) + "b");
        var book = book();
        for (var ref : List.of(first, second)) {
            book.generation(ref, dataPath(ref.name()));
            book.record(dataPath(ref.name()), ref, status(1, "True"));
        }
        assertThat(directory.statusFiles()).hasSize(2);

        var next = book();
        assertThat(next.generation(first, dataPath("changed"))).isEqualTo(2);
        next.retain(List.of(first), true);
        assertThat(directory.statusFiles()).hasSize(1);
    }

    @Test
    void generationCountsChangesOfTheSpecification() {
        var book = book();
        assertThat(book.generation(REF, dataPath("a"))).isEqualTo(1);
        assertThat(book.generation(REF, dataPath("a"))).isEqualTo(1);
        assertThat(book.generation(REF, dataPath("b"))).isEqualTo(2);
    }

    /** A digest such as 87490e6866 is a number in YAML unless it is quoted. */
    @Test
    void generationSurvivesARestartWhateverTheDigestLooksLike() {
        for (int i = 0; i < 300; i++) {
            var pool = "pool-" + i;
            var book = book();
            long before = book.generation(REF, dataPath(pool));
            book.record(dataPath(pool), REF, status(before, "True"));
            assertThat(book().generation(REF, dataPath(pool))).as(pool).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "12345678",
                "00123456",
                "1234e567",
                "1e3",
                "0x12",
                "0b11",
                "1_000",
                "12:30:45",
                "-1",
                "+1.5",
                ".5",
                ".inf",
                "2026-11-30",
                "true",
                "off",
                "null",
                "~",
                "<<"
            })
    void textStaysTextInTheFile(String version) {
        var book = book();
        var status = status(book.generation(REF, dataPath("a")), "True", version);
        book.record(dataPath("a"), REF, status);

        assertThat(file()).content().contains("configVersion: \"" + version + "\"");
        assertThat(book().status(REF, DataPathStatus.class)).isEqualTo(status);
    }

    @Test
    void anUnchangedStatusIsNotWritten() throws IOException {
        var book = book();
        book.generation(REF, dataPath("a"));
        book.record(dataPath("a"), REF, status(1, "True"));
        Files.delete(file());
        book.record(dataPath("a"), REF, status(1, "True"));
        assertThat(file()).doesNotExist();
        book.record(dataPath("a"), REF, status(1, "False"));
        assertThat(file()).exists();
    }

    @Test
    void theStatusOfADeletedObjectIsDeletedAlsoAfterARestart() {
        var book = book();
        book.generation(REF, dataPath("a"));
        book.record(dataPath("a"), REF, status(1, "True"));
        book.retain(List.of(), true);
        assertThat(file()).doesNotExist();

        book.generation(REF, dataPath("a"));
        book.record(dataPath("a"), REF, status(1, "True"));
        book().retain(List.of(), true);
        assertThat(file()).doesNotExist();
    }

    @Test
    void aModifiedFileIsReplaced() throws IOException {
        var book = book();
        Files.writeString(file(), "{ not yaml");
        book.record(dataPath("a"), REF, status(book.generation(REF, dataPath("a")), "True"));
        assertThat(file()).content().contains("generation: 1");
    }

    @Test
    void namesThatDifferInADashOnlyHaveAFileEach() throws IOException {
        var one = new ObjectRef("DataPath", "a", "b-c");
        var other = new ObjectRef("DataPath", "a-b", "c");
        var book = book();
        for (var ref : List.of(one, other)) {
            book.generation(ref, dataPath("x"));
            book.record(dataPath("x"), ref, status(1, "True"));
        }
        assertThat(files()).contains("datapath-a-b-c.yaml", "datapath-a-b_c.yaml");

        var next = book();
        assertThat(next.generation(one, dataPath("y"))).isEqualTo(2);
        assertThat(next.generation(other, dataPath("x"))).isEqualTo(1);
    }

    @Test
    void aFileOfAnEarlierVersionIsUsedOnlyByItsObject() throws IOException {
        var one = new ObjectRef("DataPath", "a", "b-c");
        var other = new ObjectRef("DataPath", "a-b", "c");
        var book = book();
        book.generation(other, dataPath("x"));
        book.generation(other, dataPath("y"));
        book.record(dataPath("y"), other, status(2, "True"));
        Files.move(source.resolve(".status/datapath-a-b_c.yaml"), source.resolve(".status/datapath-a-b-c.yaml"));

        var next = book();
        assertThat(next.generation(one, dataPath("y"))).isEqualTo(1);
        assertThat(next.generation(other, dataPath("y"))).isEqualTo(2);
        next.record(dataPath("y"), other, status(2, "False"));
        next.retain(List.of(other), true);
        assertThat(files()).contains("datapath-a-b_c.yaml").doesNotContain("datapath-a-b-c.yaml");
    }

    @Test
    void onlyStatusThatARunWroteIsRemoved() throws IOException {
        var book = book();
        book.record(dataPath("a"), REF, status(book.generation(REF, dataPath("a")), "True"));
        Files.writeString(source.resolve(".status/notes.yaml"), "mine: true\n");
        Files.writeString(
                source.resolve(".status/pool.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");

        book().retain(List.of(), true);

        assertThat(files()).contains("notes.yaml", "pool.yaml").doesNotContain("datapath-ai-training.yaml");
    }

    @Test
    void nothingIsRemovedWhileAnObjectMayBeUnreadable() {
        var book = book();
        book.record(dataPath("a"), REF, status(book.generation(REF, dataPath("a")), "True"));

        book().retain(List.of(), false);

        assertThat(file()).exists();
    }

    private StatusBook book() {
        try {
            if (directory != null) {
                directory.close();
            }
            directory = StatusDirectory.open(source, source.resolve("w"), StatusBook::isStatus);
            return new StatusBook(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> files() throws IOException {
        try (var files = Files.list(source.resolve(".status"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private Path file() {
        return source.resolve(".status/datapath-ai-training.yaml");
    }

    private static DataPath dataPath(String pool) {
        var dataPath = new DataPath();
        dataPath.setMetadata(
                new ObjectMetaBuilder().withNamespace("ai").withName("training").build());
        dataPath.setSpec(new DataPathSpec(List.of(), new PoolReference(pool), null, null, null));
        return dataPath;
    }

    private static DataPathStatus status(long generation, String accepted) {
        return status(generation, accepted, "3f9a27c1");
    }

    private static DataPathStatus status(long generation, String accepted, String version) {
        var condition = new ConditionBuilder()
                .withType("Accepted")
                .withStatus(accepted)
                .withReason("Accepted")
                .withMessage("The DataPath is valid.")
                .withObservedGeneration(generation)
                .withLastTransitionTime("2026-11-01T00:00:00Z")
                .build();
        return new DataPathStatus(generation, List.of(), null, version, List.of(), List.of(condition), null, null);
    }
}
