package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.datapath.api.v1alpha1.DataPath;
import dev.datapath.operator.model.ObjectKey;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecisionFilesTest {
    @TempDir
    Path temp;

    @Test
    void aFileIsPrivateAndDeletedWithItsDataPath() throws IOException {
        try (var work = WorkDirectory.open(temp.resolve("w"))) {
            var files = new DecisionFiles(work::decisions);
            assertThat(files.read(dataPath("training"))).isEmpty();
            files.write(dataPath("training"), "one");
            files.write(dataPath("training"), "two");
            files.write(dataPath("serving"), "three");
            assertThat(files.read(dataPath("training"))).contains("two");

            var key = new ObjectKey("ai", "training");
            var file = work.decisions(key);
            assertThat(files.place(key)).isEqualTo("file " + file);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                    .isEqualTo("rwx------");
            files.delete(key);
            files.delete(key);
            assertThat(file.getParent())
                    .isDirectoryContaining(path -> path.toString().contains("serving"));
            assertThat(files.read(dataPath("training"))).isEmpty();
        }
    }

    @Test
    void aFileThatIsTooLargeIsNotRead() throws IOException {
        try (var work = WorkDirectory.open(temp.resolve("w"))) {
            var files = new DecisionFiles(work::decisions);
            files.write(dataPath("training"), "x".repeat(DecisionFiles.MOST_CHARACTERS * 3 + 1));
            assertThatThrownBy(() -> files.read(dataPath("training"))).hasMessageStartingWith("it has more than");
        }
    }

    private static DataPath dataPath(String name) {
        var dataPath = new DataPath();
        dataPath.setMetadata(
                new ObjectMetaBuilder().withNamespace("ai").withName(name).build());
        return dataPath;
    }
}
