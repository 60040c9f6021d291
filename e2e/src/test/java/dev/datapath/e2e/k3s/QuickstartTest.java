package dev.datapath.e2e.k3s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.e2e.rig.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docs/quickstart.md}, followed word by word in a fresh cluster: all that it tells to type is typed, in one shell, from the
 * root of the repository. Only the port on this machine is another one, and what is typed after a command in the background waits
 * until that serves, as people do.
 */
@Tag("tier4")
@ExtendWith(Installed.class)
class QuickstartTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String LOCAL_PORT = "8080:8080";
    private static final int MINUTES = 8;

    @TempDir
    private Path work;

    private K3sCluster cluster;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        cluster = K3sCluster.start(K3sImage.configured());
        giveStore();
    }

    /** The image of the store that the page has pulled from a registry, under the same name. */
    private void giveStore() throws IOException, InterruptedException {
        var archive = work.resolve("store.tar");
        var save = new ProcessBuilder("docker", "save", "-o", archive.toString(), ClusterStore.IMAGE)
                .inheritIO()
                .start();
        assertThat(save.waitFor()).isZero();
        cluster.load(archive);
        var image =
                Pattern.compile("image: (.+)").matcher(Files.readString(ROOT.resolve("docs/quickstart/store.yaml")));
        assertThat(image.find()).isTrue();
        cluster.tag("docker.io/" + ClusterStore.IMAGE, "docker.io/" + image.group(1));
    }

    @AfterEach
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void everyCommandDoesWhatThePageSays() throws IOException, InterruptedException {
        var commands = commands(Files.readString(ROOT.resolve("docs/quickstart.md")));
        assertThat(commands)
                .as("what the page tells to type")
                .anyMatch(line -> line.startsWith("helm install"))
                .anyMatch(line -> line.startsWith("kubectl") && line.contains("port-forward"));
        var said = type(commands);
        assertThat(said)
                .as("the columns of DataPath and StoragePool")
                .containsPattern("datapath.datapath.dev/training +[0-9.]+ +Programmed +True +2/2 +2/2 ")
                .containsPattern("storagepool.datapath.dev/store +SeaweedFS +1/1 +AllHealthy ");
        assertThat(said)
                .as("the object that was uploaded, read again")
                .contains(Files.readAllLines(ROOT.resolve("README.md")).subList(0, 3));
        assertThat(said).as("the rule that was added; it printed:\n%s", said).contains("<Code>AccessDenied</Code>");
        var description = said.substring(said.indexOf("Name:"));
        assertThat(description).as("the description at the end").contains("Programmed", "Accepted", "ResolvedRefs");
        assertThat(description.substring(description.indexOf("Events:")))
                .as("what happened, told once")
                .containsOnlyOnce("Accepted: ")
                .containsOnlyOnce("ResolvedRefs: ")
                .contains("Programmed: All 2 gateways run ");
    }

    /** The lines of all shell blocks; of commands for several kinds of cluster, the one for ours. */
    private static List<String> commands(String page) {
        var lines = new ArrayList<String>();
        boolean inside = false;
        for (var line : page.lines().toList()) {
            if (line.startsWith("```")) {
                inside = line.equals("```sh");
            } else if (inside && !line.matches(".*# (kind|k3d)")) {
                lines.add(line);
            }
        }
        return lines;
    }

    /** Runs them like somebody who stops at the first error; returns what they print. */
    private String type(List<String> commands) throws IOException, InterruptedException {
        int port = Ports.free();
        var script =
                new ArrayList<String>(List.of("set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"));
        for (var command : commands) {
            script.add(command.replace(LOCAL_PORT, port + ":8080").replace("127.0.0.1:8080", "127.0.0.1:" + port));
            if (command.endsWith("&")) {
                script.add("for i in $(seq 300); do curl -s -o /dev/null http://127.0.0.1:" + port
                        + " && break; sleep 0.2; done");
            }
        }
        var output = work.resolve("output.txt");
        var shell = new ProcessBuilder("bash", "-c", String.join("\n", script))
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        var environment = shell.environment();
        environment.put("PATH", programs() + ":" + environment.get("PATH"));
        environment.put(
                "KUBECONFIG",
                Files.writeString(work.resolve("kubeconfig"), cluster.kubeconfig())
                        .toString());
        var process = shell.start();
        try {
            boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
            var said = Files.readString(output);
            assertThat(ended)
                    .as("ended within " + MINUTES + " minutes; it printed:\n" + said)
                    .isTrue();
            assertThat(process.exitValue()).as("status; it printed:\n" + said).isZero();
            return said;
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
    }

    /** What the reader of the page has: kubectl as it comes with K3s, Helm, and the node's own image store. */
    private Path programs() throws IOException {
        var programs = Files.createDirectory(work.resolve("bin"));
        cluster.copyProgram("/bin/k3s", programs.resolve("kubectl"));
        program(programs, "sudo", "exec \"$@\"");
        program(programs, "k3s", "exec docker exec -i " + cluster.containerId() + " k3s \"$@\"");
        program(
                programs,
                "helm",
                "exec '" + ProcessHandle.current().info().command().orElse("java") + "' -cp '"
                        + System.getProperty("java.class.path") + "' " + HelmCommand.class.getName() + " \"$@\"");
        return programs;
    }

    private static void program(Path folder, String name, String text) throws IOException {
        var file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
