package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusDirectoryTest {
    @TempDir
    Path temp;

    private Path source;
    private Path status;

    @BeforeEach
    void directories() throws IOException {
        source = Files.createDirectory(temp.resolve("objects"));
        status = source.resolve(".status");
    }

    @Test
    void linkToAnotherDirectoryIsRefusedAndNothingThereIsTouched() throws IOException {
        var elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
        var file = Files.writeString(elsewhere.resolve("mine.yaml"), "a: b\n");
        Files.createSymbolicLink(status, elsewhere);

        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("is a symbolic link");
        assertThat(elsewhere).isDirectoryContaining(file::equals);
        assertThat(Files.list(elsewhere)).hasSize(1);
    }

    @Test
    void directoryWithForeignFilesIsRefused() throws IOException {
        Files.createDirectory(status);
        Files.writeString(status.resolve("mine.yaml"), "a: b\n");

        assertThatThrownBy(this::open).hasMessageContaining("mine.yaml").hasMessageContaining("move them");
        assertThat(status.resolve("mine.yaml")).exists();
    }

    @Test
    void fileInItsPlaceIsRefused() throws IOException {
        Files.writeString(status, "a file");

        assertThatThrownBy(this::open).hasMessageContaining("is not a directory");
    }

    @Test
    void aDirectoryOfAnEarlierVersionIsUsed() throws IOException {
        Files.createDirectory(status);
        Files.writeString(
                status.resolve("datapath-ai-training.yaml"),
                "kind: DataPath\nmetadata: {name: training, namespace: ai, generation: 4, annotations: {datapath.dev/content: x}}\n");
        Files.writeString(status.resolve("findings.txt"), "error: x\n");

        open().close();
        open().close();
    }

    @Test
    void oneRunAtATimeHoldsTheSourceWhateverItsWorkDirectory() throws IOException {
        try (var first = open()) {
            assertThat(first).isNotNull();
            assertThatThrownBy(this::open)
                    .hasMessageContaining("another datapath run serves " + source)
                    .hasMessageContaining("process " + ProcessHandle.current().pid())
                    .hasMessageContaining("datapath stop");
        }
        open().close();
    }

    @Test
    void directoryThatBecomesALinkIsNotWrittenThrough() throws IOException {
        var elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
        try (var directory = open()) {
            Files.move(status, temp.resolve("moved"));
            Files.createSymbolicLink(status, elsewhere);

            assertThat(directory.replace("a.yaml", "a: b\n")).isFalse();
            assertThat(directory.statusFiles()).isEmpty();
        }
        assertThat(Files.list(elsewhere)).isEmpty();
    }

    private StatusDirectory open() throws IOException {
        return StatusDirectory.open(source, temp.resolve("w"), StatusBook::isStatus);
    }
}
