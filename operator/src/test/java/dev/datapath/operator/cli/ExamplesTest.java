package dev.datapath.operator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Examples that readers copy must work. */
class ExamplesTest {
    static Stream<Path> examples() throws IOException {
        try (var entries = Files.list(Path.of("../examples"))) {
            return entries.filter(Files::isDirectory).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void an_example_is_a_complete_set_without_errors(Path example) {
        var output = new StringWriter();

        int exitCode = Main.execute(new PrintWriter(output), new PrintWriter(output), "validate", example.toString());

        assertThat(output.toString()).doesNotContain("error").contains("ok");
        // Objectives are not measured yet. This is the only expected warning.
        assertThat(output.toString().lines().filter(line -> line.contains(": warning: ")))
                .allMatch(line -> line.contains(": warning: ServiceLevelObjective "));
        assertThat(exitCode).isZero();
    }
}
