package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.api.v1alpha1.DataPathSpec;
import dev.datapath.api.v1alpha1.DataPathStatus;
import dev.datapath.api.v1alpha1.PoolReference;
import dev.datapath.operator.compile.ObjectRef;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusBookTest {
    private static final ObjectRef REF = new ObjectRef("DataPath", "ai", "training");

    @TempDir
    Path source;

    @Test
    void aStatusIsAFileThatTheNextRunContinues() {
        var book = new StatusBook(source);
        var status = status(book.generation(REF, dataPath("a")), "True");
        book.record(dataPath("a"), REF, status);
        assertThat(file()).content().contains("kind: DataPath", "generation: 1", "configVersion: 3f9a27c1");

        var next = new StatusBook(source);
        assertThat(next.generation(REF, dataPath("a"))).isEqualTo(1);
        assertThat(next.status(REF, DataPathStatus.class)).isEqualTo(status);
        assertThat(next.generation(REF, dataPath("b"))).isEqualTo(2);
    }

    @Test
    void generationCountsChangesOfTheSpecification() {
        var book = new StatusBook(source);
        assertThat(book.generation(REF, dataPath("a"))).isEqualTo(1);
        assertThat(book.generation(REF, dataPath("a"))).isEqualTo(1);
        assertThat(book.generation(REF, dataPath("b"))).isEqualTo(2);
    }

    @Test
    void sayingTheSameAgainWritesNothing() throws IOException {
        var book = new StatusBook(source);
        book.generation(REF, dataPath("a"));
        book.record(dataPath("a"), REF, status(1, "True"));
        Files.delete(file());
        book.record(dataPath("a"), REF, status(1, "True"));
        assertThat(file()).doesNotExist();
        book.record(dataPath("a"), REF, status(1, "False"));
        assertThat(file()).exists();
    }

    @Test
    void theStatusOfAnObjectGoesWithItAlsoOverARestart() {
        var book = new StatusBook(source);
        book.generation(REF, dataPath("a"));
        book.record(dataPath("a"), REF, status(1, "True"));
        book.retain(List.of());
        assertThat(file()).doesNotExist();

        book.record(dataPath("a"), REF, status(1, "True"));
        new StatusBook(source).retain(List.of());
        assertThat(file()).doesNotExist();
    }

    @Test
    void aFileThatSomebodyBrokeIsReplaced() throws IOException {
        Files.createDirectories(file().getParent());
        Files.writeString(file(), "{ not yaml");
        var book = new StatusBook(source);
        book.record(dataPath("a"), REF, status(book.generation(REF, dataPath("a")), "True"));
        assertThat(file()).content().contains("generation: 1");
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
        var condition = new ConditionBuilder()
                .withType("Accepted")
                .withStatus(accepted)
                .withReason("Accepted")
                .withMessage("The DataPath is valid.")
                .withObservedGeneration(generation)
                .withLastTransitionTime("2026-11-01T00:00:00Z")
                .build();
        return new DataPathStatus(generation, List.of(), null, "3f9a27c1", List.of(), List.of(condition), null, null);
    }
}
