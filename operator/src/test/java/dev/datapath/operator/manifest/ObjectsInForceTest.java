package dev.datapath.operator.manifest;

import static dev.datapath.operator.manifest.ManifestReaderTest.pool;
import static dev.datapath.operator.manifest.ManifestReaderTest.port;
import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.model.Finding.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Selects one of several objects of the same name, and keeps objects in force while files are unreadable. */
class ObjectsInForceTest {
    private static final ApiCatalog CATALOG = ApiCatalog.load();

    @TempDir
    private Path directory;

    private Instant now = Instant.parse("2030-01-01T10:00:00Z");
    private ManifestReader reader;

    @BeforeEach
    void reader() {
        reader = new ManifestReader(CATALOG, List.of(directory), () -> now);
    }

    @Test
    void duplicateWaitsWhileTheFileInForceIsBroken() throws IOException {
        write("a/pool.yaml", pool("store", 9000));
        write("b/pool.yaml", pool("store", 9001));
        reader.read();
        write("a/pool.yaml", "kind: [");

        var broken = reader.read();
        write("a/pool.yaml", pool("store", 9002));
        var mended = reader.read();

        assertThat(port(broken, "store")).isEqualTo(9000);
        assertThat(broken.findings())
                .anyMatch(finding -> finding.toString().contains("b/pool.yaml:1")
                        && finding.message().startsWith("is already defined at"))
                .anyMatch(finding -> finding.message().startsWith("cannot be found, because a part of this file"));
        assertThat(port(mended, "store")).isEqualTo(9002);
    }

    @Test
    void duplicateBelowInTheSameFileWaitsToo() throws IOException {
        write("a.yaml", pool("store", 9000) + "---\n" + pool("store", 9001));
        reader.read();
        write("a.yaml", "kind: [\n---\n" + pool("store", 9001));

        assertThat(port(reader.read(), "store")).isEqualTo(9000);
    }

    @Test
    void duplicateWaitsWhileTheFileInForceIsBrieflyMissing() throws IOException {
        write("a/pool.yaml", pool("store", 9000));
        write("b/pool.yaml", pool("store", 9001));
        reader.read();
        Files.delete(directory.resolve("a/pool.yaml"));
        var missing = held();
        write("a/pool.yaml", pool("store", 9002));
        var back = held();

        assertThat(port(missing, "store")).isEqualTo(9000);
        assertThat(missing.findings()).isEmpty();
        assertThat(port(back, "store")).isEqualTo(9002);
    }

    @Test
    void aTakeOverByADuplicateIsReportedForAnHour() throws IOException {
        write("a/pool.yaml", pool("store", 9000));
        write("b/pool.yaml", pool("store", 9001));
        reader.read();
        Files.delete(directory.resolve("a/pool.yaml"));
        held();

        var takenOver = reader.read();

        assertThat(port(takenOver, "store")).isEqualTo(9001);
        assertThat(takenOver.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Severity.WARNING);
            assertThat(finding.toString()).contains("b/pool.yaml:1", "replaced the object at", "a/pool.yaml:1");
        });
        now = now.plusSeconds(3500);
        assertThat(reader.read().findings()).isEqualTo(takenOver.findings());
        now = now.plusSeconds(200);
        assertThat(reader.read().findings()).isEmpty();
    }

    @Test
    void invalidDuplicateThatTakesOverKeepsTheVersionInForce() throws IOException {
        write("a/pool.yaml", pool("store", 9000));
        write("b/pool.yaml", pool("store", 90000));
        reader.read();
        Files.delete(directory.resolve("a/pool.yaml"));
        var first = reader.read();

        var second = held();

        assertThat(port(second, "store")).isEqualTo(9000);
        assertThat(second.findings()).isEqualTo(first.findings());
        assertThat(reader.missing()).isEmpty();
    }

    @Test
    void denyOfAPolicyThatWasNeverAdmittedStaysWhileItsFileIsUnreadable() throws IOException {
        var invalid = ManifestReaderTest.policy("GetObject").replace("deny: {}", "deny: {code: Never}");
        write("a/policy.yaml", invalid);
        write("b/policy.yaml", ManifestReaderTest.policy("PutObject"));
        reader.read();
        write("a/policy.yaml", "kind: [");

        var broken = reader.read();
        Files.delete(directory.resolve("a/policy.yaml"));
        var missing = held();

        assertThat(broken.denies()).hasSize(1);
        assertThat(broken.routingPolicies()).isEmpty();
        assertThat(broken.findings()).anyMatch(finding -> finding.message().contains("its deny rules stay in force"));
        assertThat(missing.denies()).hasSize(1);
        assertThat(reader.read().routingPolicies()).hasSize(1);
    }

    @Test
    void theOneInForceStaysAfterARestartUnderAnotherNameOfTheDirectory(@TempDir Path elsewhere) throws IOException {
        var store = new KeptText();
        var link = Files.createSymbolicLink(elsewhere.resolve("link"), directory);
        for (var root : List.of(
                directory,
                Path.of("").toAbsolutePath().relativize(directory.toRealPath()),
                directory.resolve("..").resolve(directory.getFileName()),
                link)) {
            Files.deleteIfExists(directory.resolve("0.yaml"));
            write("z.yaml", pool("store", 9000));
            reader = new ManifestReader(CATALOG, List.of(directory), () -> now);
            reader.continueFrom(store);
            reader.read();
            reader.remember();
            write("0.yaml", pool("store", 9001));
            var next = new ManifestReader(CATALOG, List.of(root), () -> now);
            next.continueFrom(store);

            assertThat(port(next.read(), "store")).as("%s", root).isEqualTo(9000);
            next.remember();
            reader = new ManifestReader(CATALOG, List.of(directory), () -> now);
            reader.continueFrom(store);
            assertThat(port(reader.read(), "store")).as("back from %s", root).isEqualTo(9000);
        }
    }

    @Test
    void unreadableContentHoldsOnlyObjectsThatItMayContain() throws Exception {
        write("a/pool.yaml", pool("replaced", 9000));
        write("b/pool.yaml", pool("store", 9000));
        reader.read();
        Files.createSymbolicLink(directory.resolve("a/loop"), directory.resolve("a"));
        Files.delete(directory.resolve("a/pool.yaml"));
        Files.delete(directory.resolve("b/pool.yaml"));
        assertThat(new ProcessBuilder("mkfifo", directory.resolve("a/pool.yaml").toString())
                        .start()
                        .waitFor())
                .isZero();

        var set = reader.read();

        assertThat(set.storagePools()).extracting(pool -> pool.ref().name()).containsExactly("replaced");
        assertThat(set.findings())
                .anyMatch(finding -> finding.message().contains("loop cannot be read"))
                .anyMatch(finding -> finding.message().contains("pool.yaml is not a regular file"));
    }

    @Test
    void aDirectoryFullOfFilesDoesNotAffectOthers() throws IOException {
        write("z/old.yaml", pool("old", 9000));
        reader.read();
        for (int i = 0; i < 10_001; i++) {
            write("a/b/" + i + ".yaml", "");
        }
        write("a/large.yaml", pool("large", 9000));
        write("z/old.yaml", pool("old", 9001));
        write("z/new.yaml", pool("new", 9000));

        var set = reader.read();

        assertThat(port(set, "old")).isEqualTo(9001);
        assertThat(set.storagePools()).extracting(pool -> pool.ref().name()).containsExactly("large", "new", "old");
        assertThat(set.files()).hasSize(10_001);
        assertThat(set.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.message())
                        .contains("more than 10,000 files", "3 of them are not read", "a/b/"));
    }

    private ManifestSet held() {
        return reader.read(reader.list(), gone -> false);
    }

    private void write(String name, String text) throws IOException {
        var file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
