package dev.datapath.e2e.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What `make test` does before its tests on machines that cannot run a cluster, shown with a command {@code docker} that says so. */
class ClusterEnvironmentTest {
    private static final Path PROGRAMS = Path.of("src/test/resources/tools").toAbsolutePath();

    @TempDir
    private Path directory;

    private ScriptTree tree;

    @BeforeEach
    void copyScripts() throws IOException {
        tree = new ScriptTree(directory.resolve("clone"), "tools", "e2e");
        // Images are made by the real thing only.
        Files.writeString(tree.directory().resolve("e2e/cluster-images"), "#!/bin/sh\necho images.tar\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no-registry     | cannot be pulled        | no such host               | access to a registry",
                "silent-registry | cannot be pulled        | did not answer within 1 s  | access to a registry",
                "no-daemon       | Docker cannot be used   | start                      | start",
                "unprivileged    | Docker cannot run       | operation not permitted    | privileged containers",
                "ends            | Docker cannot run       | failed to find memory      | privileged containers",
            })
    void saysInOneLineWhyNoClusterRunsHere(String machine, String what, String why, String remedy) throws Exception {
        var outcome = run(machine, Map.of());
        assertThat(outcome.status()).isZero();
        assertThat(outcome.err().lines().filter(line -> line.contains("NOT TESTED")))
                .singleElement()
                .asString()
                .contains(what, why, remedy);
        assertThat(outcome.err().lines()).as("all that is printed").hasSizeLessThanOrEqualTo(2);
        assertThat(outcome.out().lines())
                .singleElement()
                .asString()
                .startsWith("export DATAPATH_K3S_UNAVAILABLE='")
                .contains(why);
    }

    @Test
    void removesTheContainerThatItTriedWith() throws Exception {
        run("ends", Map.of());
        assertThat(calls()).contains("rm -f -v container");
    }

    @Test
    void triesOnceWhetherDockerRunsTheImage() throws Exception {
        assertThat(run("good", Map.of()).out()).contains("export DATAPATH_K3S_IMAGE='rancher/k3s:");
        assertThat(run("good", Map.of()).out()).contains("export DATAPATH_K3S_IMAGE='rancher/k3s:");
        assertThat(calls().lines().filter(call -> call.startsWith("run "))).hasSize(1);
    }

    @Test
    void usesTheImageThatTheUserNames() throws Exception {
        assertThat(run("good", Map.of("DATAPATH_K3S_IMAGE", "mirror/k3s:1")).out())
                .contains("export DATAPATH_K3S_IMAGE='mirror/k3s:1'");
    }

    @Test
    void takesNothingFromFoldersOutsideOfTheClone() throws Exception {
        var standin = Files.createDirectories(directory.resolve("shared/k3s"));
        Files.writeString(standin.resolve("setup-here.sh"), "touch " + directory.resolve("was-run") + "\n");
        run("no-registry", Map.of());
        run("no-daemon", Map.of());
        assertThat(directory.resolve("was-run")).doesNotExist();
    }

    private ScriptTree.Outcome run(String machine, Map<String, String> more) throws IOException, InterruptedException {
        var environment = new HashMap<>(Map.of(
                "MACHINE", machine, "CALLS", directory.resolve("calls").toString(), "DATAPATH_REGISTRY_SECONDS", "1"));
        environment.putAll(more);
        return tree.run(PROGRAMS, environment, "sh", "e2e/cluster-environment");
    }

    private String calls() throws IOException {
        return Files.readString(directory.resolve("calls"));
    }
}
