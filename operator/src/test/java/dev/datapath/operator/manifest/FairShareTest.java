package dev.datapath.operator.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.manifest.FairShare.Sized;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FairShareTest {
    @Test
    void directoriesTakeTurnsAndTheSmallestFilesOfEachComeFirst() {
        var root = new FairShare();
        root.add(new Sized(Path.of("large"), 2));
        root.add(new Sized(Path.of("small"), 1));
        root.add(directory("a", 3));
        root.add(directory("b", 1));

        assertThat(root.inTurns())
                .extracting(Path::toString)
                .containsExactly("small", "a/0", "b/0", "large", "a/1", "a/2");
        assertThat(root.leftOut()).isZero();
    }

    @Test
    void filesOfTheLargestDirectoriesAreOmitted() {
        var inner = new FairShare();
        inner.add(directory("full/x", FairShare.MOST + 5));
        inner.add(directory("full/y", FairShare.MOST));
        var root = new FairShare();
        root.add(inner);
        root.add(directory("few", 10));

        var files = root.inTurns();

        assertThat(files).hasSize(FairShare.MOST);
        assertThat(files.stream().filter(file -> file.startsWith("few"))).hasSize(10);
        assertThat(files.stream().filter(file -> file.startsWith("full/y")).count())
                .isBetween(FairShare.MOST / 2 - 10L, FairShare.MOST / 2L);
        assertThat(root.leftOut()).isEqualTo(FairShare.MOST + 15);
        assertThat(root.firstLeftOut()).isNotNull();
    }

    @Test
    void manyDirectoriesLeaveRoomForOthers() {
        var many = new FairShare();
        for (int i = 0; i < 3 * FairShare.MOST; i++) {
            many.add(directory("many/" + i, 1));
        }
        var root = new FairShare();
        root.add(many);
        root.add(directory("few", 10));

        assertThat(root.inTurns()).hasSize(FairShare.MOST).contains(Path.of("few/9"));
        assertThat(root.leftOut()).isEqualTo(2 * FairShare.MOST + 10);
    }

    private static FairShare directory(String name, int files) {
        var share = new FairShare();
        for (int i = 0; i < files; i++) {
            share.add(new Sized(Path.of(name, String.valueOf(i)), i));
        }
        return share;
    }
}
