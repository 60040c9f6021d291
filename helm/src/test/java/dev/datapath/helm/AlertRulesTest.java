package dev.datapath.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Prometheus' own tool evaluates the alerts: over series that are made up, in src/test/resources/alerts-test.yaml. */
class AlertRulesTest {
    @Test
    void alertsFireExactlyWhenTheyShould() throws IOException, InterruptedException {
        assertThat(promtool("test", "rules", "src/test/resources/alerts-test.yaml"))
                .contains("SUCCESS");
    }

    @Test
    void prometheusTakesTheRules() throws IOException, InterruptedException {
        assertThat(promtool("check", "rules", "datapath/files/alerts.yaml")).contains("SUCCESS");
    }

    /** {@code make test} sets DATAPATH_PROMTOOL to what tools/promtool found or fetched. */
    private static String promtool(String... arguments) throws IOException, InterruptedException {
        var program = Optional.ofNullable(System.getenv("DATAPATH_PROMTOOL"))
                .filter(path -> Files.isExecutable(Path.of(path)))
                .or(() -> Stream.of(System.getenv("PATH").split(":"))
                        .map(folder -> folder + "/promtool")
                        .filter(path -> Files.isExecutable(Path.of(path)))
                        .findFirst());
        assumeTrue(
                program.isPresent(),
                "promtool is missing: install Prometheus, or set DATAPATH_PROMTOOL to what tools/promtool prints");
        var process = new ProcessBuilder(Stream.concat(program.stream(), Arrays.stream(arguments))
                        .toList())
                .redirectErrorStream(true)
                .start();
        var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        return printed;
    }
}
