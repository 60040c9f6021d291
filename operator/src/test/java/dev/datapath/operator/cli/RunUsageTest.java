package dev.datapath.operator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The messages of {@code datapath run} before it starts. */
class RunUsageTest {
    @TempDir
    private Path directory;

    private final StringWriter err = new StringWriter();

    @Test
    void pathThatIsNoDirectoryIsReported() {
        assertThat(run(directory.resolve("none").toString())).isEqualTo(2);
        assertThat(err.toString()).contains("none is not a directory: name the one that holds your YAML files");
    }

    @Test
    void workDirectoryMustNotBeTheUsersDirectory() {
        assertThat(run(directory.toString(), "--work-dir", directory + "/.")).isEqualTo(2);
        assertThat(err.toString()).contains("--work-dir is " + directory, "name another directory");
    }

    @Test
    void numberOutOfRangeIsReportedWithItsRange() {
        assertThat(run(directory.toString(), "--gateways", "101")).isEqualTo(2);
        assertThat(err.toString()).contains("--gateways is 101: write a number from 1 to 100");
    }

    @Test
    void helpHasWholeSentences() {
        assertThat(run("--help")).isZero();
        var text = err.toString().replaceAll("\\s+", " ");
        assertThat(text)
                .contains(
                        "DIR is the directory with your YAML files",
                        "by default a directory for DIR in the temporary directory.")
                .contains("a second one stops at once.")
                .doesNotContain("...");
        assertThat(err.toString().lines()).allMatch(line -> line.length() <= 80);
    }

    private int run(String directory, String... options) {
        var all = new ArrayList<>(List.of("run", directory));
        all.addAll(List.of(options));
        return Main.execute(new PrintWriter(err), new PrintWriter(err, true), all.toArray(String[]::new));
    }
}
