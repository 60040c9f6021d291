package dev.datapath.e2e.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.datapath.e2e.rig.InstalledProgram;
import dev.datapath.e2e.rig.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ten lines of the README and the commands below them, as they stand; only ports and folders are others. */
@Tag("tier3")
class ReadmeTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern COMMANDS =
            Pattern.compile("```sh\n(bin/datapath validate examples/minimal.*?)```", Pattern.DOTALL);
    private static final int MINUTES = 8;

    @TempDir
    private Path work;

    @Test
    void theExampleOfTheReadmeIsTheMinimalOne() throws IOException {
        var example =
                Files.readString(ROOT.resolve("examples/minimal/datapath.yaml")).replaceFirst("^#.*\n", "");
        assertThat(readme()).contains("```yaml\n" + example + "```");
        assertThat(example.lines()).hasSizeLessThanOrEqualTo(10);
    }

    @Test
    void theExampleServesAsItStands() throws Exception {
        assumeTrue(
                new InstalledProgram("curl", "curl").find().isPresent(), "curl is not installed: apt-get install curl");
        var commands = commands();
        var read = work.resolve("read.md");
        // Apart from what the gateway prints at the same time.
        commands.add(commands.removeLast() + " >" + read);
        type(commands);
        assertThat(read).as("the object that was uploaded, read again").hasContent(readme());
    }

    private List<String> commands() throws IOException {
        var block = COMMANDS.matcher(readme());
        assertThat(block.find()).as("the README has commands").isTrue();
        var ports = Map.of("8080", Ports.free(), "8333", Ports.free());
        var objects = Files.createDirectory(work.resolve("minimal"));
        var example = Files.readString(ROOT.resolve("examples/minimal/datapath.yaml"));
        Files.writeString(objects.resolve("datapath.yaml"), withPorts(example, ports));

        var replacements = new LinkedHashMap<String, String>();
        replacements.put("/tmp/store", work.resolve("store").toString());
        replacements.put("run examples/minimal", "run " + objects + " --http-port 0 --work-dir " + work.resolve("run"));
        replacements.put(
                "-volume.port=8380",
                "-ip=127.0.0.1 -volume.port=%d -s3.port=%d -s3.port.grpc=%d -master.port=%d -filer.port=%d"
                        .formatted(Ports.free(), ports.get("8333"), Ports.free(), Ports.free(), Ports.free()));
        var commands = new ArrayList<String>();
        for (var line : block.group(1).lines().toList()) {
            for (var replacement : replacements.entrySet()) {
                line = line.replace(replacement.getKey(), replacement.getValue());
            }
            commands.add(line.replace("127.0.0.1:8080", "127.0.0.1:" + ports.get("8080")));
        }
        return commands;
    }

    private static String withPorts(String example, Map<String, Integer> ports) {
        for (var port : ports.entrySet()) {
            example = example.replaceAll(
                    "port: " + port.getKey() + "\\b", Matcher.quoteReplacement("port: " + port.getValue()));
        }
        return example;
    }

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }

    /** Runs them like somebody who stops at the first error. */
    private void type(List<String> commands) throws IOException, InterruptedException {
        var output = work.resolve("output.txt");
        var script = "set -eu; trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n" + String.join("\n", commands);
        var process = new ProcessBuilder("bash", "-c", script)
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
            var printed = Files.readString(output);
            assertThat(ended).as("ended; it printed:\n" + printed).isTrue();
            assertThat(process.exitValue())
                    .as("status; it printed:\n" + printed)
                    .isZero();
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
    }
}
