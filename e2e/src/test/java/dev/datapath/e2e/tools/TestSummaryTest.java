package dev.datapath.e2e.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The last lines of `make test`. */
class TestSummaryTest {
    private static final String WHY = "Docker cannot be used: it is not installed; install it";

    @TempDir
    private Path directory;

    private ScriptTree tree;

    @BeforeEach
    void copyScripts() throws IOException {
        tree = new ScriptTree(directory.resolve("clone"), ".ci");
        addClass("wire.RawTest", "@Tag(\"tier3\")", "<testcase name=\"one\" classname=\"wire.RawTest\"/>");
    }

    private void addClass(String name, String tag, String... cases) throws IOException {
        var source = tree.directory().resolve("e2e/src/test/java/" + name.replace('.', '/') + ".java");
        Files.createDirectories(source.getParent());
        Files.writeString(source, tag + "\nclass A {}\n");
        for (var module : new String[] {"crds", "operator", "helm"}) {
            Files.createDirectories(tree.directory().resolve(module));
        }
        var reports = Files.createDirectories(tree.directory().resolve("e2e/target/surefire-reports"));
        Files.writeString(
                reports.resolve("TEST-" + name + ".xml"),
                "<testsuite>\n" + String.join("\n", cases) + "\n</testsuite>\n");
    }

    private static String skipped(String name, String type, String why) {
        return "<testcase name=\"%s\" classname=\"%s\">\n<skipped message=\"%s\"/>\n</testcase>"
                .formatted(name, type, why);
    }

    private ScriptTree.Outcome summary() throws IOException, InterruptedException {
        return tree.run(Path.of("/none"), Map.of(), "sh", ".ci/test-summary");
    }

    @Test
    void oneReasonIsOneLineHoweverManyTestsItSkips() throws Exception {
        addClass("k3s.OneTest", "@K3s.Test", skipped("a", "k3s.OneTest", WHY), skipped("b", "k3s.OneTest", WHY));
        addClass("k3s.TwoTest", "@K3s.Test", skipped("a", "k3s.TwoTest", WHY));
        var outcome = summary();
        assertThat(outcome.out().lines().filter(line -> line.contains(WHY)))
                .containsExactly("  tier 4  3 tests: " + WHY);
        assertThat(outcome.status()).isZero();
    }

    @Test
    void namesTheTestThatAloneIsSkipped() throws Exception {
        addClass("k3s.OneTest", "@K3s.Test", skipped("a", "k3s.OneTest", "no zstd: install it"));
        assertThat(summary().out()).contains("  tier 4  k3s.OneTest.a: no zstd: install it\n");
    }

    @Test
    void saysInOneSentenceWhatWasNotShown() throws Exception {
        addClass("k3s.OneTest", "@K3s.Test", skipped("a", "k3s.OneTest", WHY));
        assertThat(summary().out().lines().filter(line -> line.startsWith("warning: not shown by this run: ")))
                .containsExactly(
                        "warning: not shown by this run: that DataPath works in a Kubernetes cluster (no test of tier 4 ran)");
    }

    @Test
    void skippedTestsOfTierThreeAreAnError() throws Exception {
        addClass("wire.OtherTest", "@Tag(\"tier3\")", skipped("a", "wire.OtherTest", "no Envoy"));
        assertThat(summary().status()).isEqualTo(1);
    }

    @Test
    void whatAMachineHasNotIsSaidAndIsNoError() throws Exception {
        addClass(
                "wire.OtherTest",
                "@Tag(\"tier3\")",
                "<testcase name=\"b\" classname=\"wire.OtherTest\"/>",
                skipped("a", "wire.OtherTest", "this machine has no address ::1: switch IPv6 on"));
        var outcome = summary();
        assertThat(outcome.status()).isZero();
        assertThat(outcome.out())
                .contains("  tier 3  wire.OtherTest.a: this machine has no address ::1: switch IPv6 on\n")
                .contains("warning: not shown by this run: 1 tests of tier 3, for want of what this machine has not\n");
    }
}
