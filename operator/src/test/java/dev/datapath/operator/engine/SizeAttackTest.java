package dev.datapath.operator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Objects designed to exhaust an operator's memory, in a process with the memory limit of the chart. */
class SizeAttackTest {
    @Test
    void oversizedDataPathsDoNotAffectOthers() throws IOException, InterruptedException {
        var lines = run();
        assertThat(lines)
                .filteredOn(line -> line.contains("/"))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).contains("small=true", "defect= "));
        assertThat(lines)
                .filteredOn(line -> line.startsWith("innocent/"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("refused=[] "));
        assertThat(lines)
                .anySatisfy(line -> assertThat(line).contains("/product ", "refused=[product-0]"))
                .last()
                .asString()
                .startsWith("done ");
    }

    private static List<String> run() throws IOException, InterruptedException {
        var program = ProcessHandle.current().info().command().orElseThrow();
        var process = new ProcessBuilder(
                        program,
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SizeAttack.class.getName())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines()
                .filter(line -> line.matches("(attacker/|innocent/|done ).*"))
                .toList();
    }
}
