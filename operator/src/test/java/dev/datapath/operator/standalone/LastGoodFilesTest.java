package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.datapath.operator.GoldenCase;
import dev.datapath.operator.compile.Compiler;
import dev.datapath.operator.compile.LastGood;
import dev.datapath.operator.compile.World;
import dev.datapath.operator.engine.LastGoodParts;
import dev.datapath.operator.model.ObjectKey;
import dev.datapath.operator.plan.GatewayPlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LastGoodFilesTest {
    private static final ObjectKey KEY = new ObjectKey("ai", "training");

    @TempDir
    private Path temp;

    private MemoryDirectory memory;

    @BeforeEach
    void name() {
        memory = MemoryDirectory.of(temp);
    }

    @AfterEach
    void forget() throws IOException {
        memory.delete();
    }

    /** Golden cases of the compiler: {@code before.yaml} is valid, {@code in.yaml} has invalid parts. */
    @ParameterizedTest
    @ValueSource(
            strings = {"listener-tls-last-good", "pool-tls-last-good", "pool-hosts-last-good", "pool-dns-last-good"})
    void theNextRunTakesNothingAwayThatWorks(String name) throws IOException {
        var before = plan(name, "before.yaml");
        assertThat(open().keep(KEY, before)).isEmpty();

        var now = World.of(GoldenCase.of("compile/" + name).read("in.yaml"));
        var known = Compiler.compile(now.resources(before));
        assertThat(Compiler.compile(now.resourcesAfter(open().read(KEY)))).isEqualTo(known);
        assertThat(known.plan())
                .as("without it, something would be lost")
                .isNotEqualTo(Compiler.compile(now.resources(null)).plan());
    }

    @Test
    void aPoolWithoutNodesKeepsItsPreviousNodes() throws IOException {
        var before = plan("pool-hosts-last-good", "before.yaml");
        open().keep(KEY, before);
        var emptied = before.withPools(
                before.pools().stream().map(pool -> pool.withNodes(List.of())).toList());
        var files = open();
        files.read(KEY);
        files.keep(KEY, emptied);
        assertThat(open().read(KEY).nodes()).isEqualTo(LastGood.of(before).nodes());
    }

    @Test
    void privateKeysAreInMemoryOnlyAndAllFilesArePrivate() throws IOException {
        open().keep(KEY, plan("listener-tls-last-good", "before.yaml"));
        var onDisk = only(temp.resolve("last-good"));
        var inMemory = only(memory.path());
        assertThat(Files.getFileStore(inMemory).type()).isEqualTo("tmpfs");
        assertThat(LastGoodParts.read(Files.readAllBytes(onDisk)).certificates())
                .isEmpty();
        assertThat(LastGoodParts.read(Files.readAllBytes(inMemory)).certificates())
                .isNotEmpty();
        for (var file : List.of(onDisk, inMemory)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                    .isEqualTo("rwx------");
        }

        open().forgetCertificates();
        assertThat(memory.path()).doesNotExist();
        assertThat(open().read(KEY).certificates()).isEmpty();
    }

    @Test
    void anUnusedCertificateIsDeleted() throws IOException {
        open().keep(KEY, plan("listener-tls-last-good", "before.yaml"));
        var files = open();
        files.read(KEY);
        files.keep(KEY, plan("pool-hosts-last-good", "before.yaml"));
        assertThat(memory.path()).isEmptyDirectory();
    }

    @Test
    void filesAreDeletedWithTheirDataPath() throws IOException {
        open().keep(KEY, plan("listener-tls-last-good", "before.yaml"));
        open().keep(new ObjectKey("ai", "serving"), plan("listener-tls-last-good", "before.yaml"));
        open().retain(List.of(KEY));
        assertThat(open().read(new ObjectKey("ai", "serving"))).isEqualTo(LastGood.NONE);
        assertThat(open().read(KEY).certificates()).isNotEmpty();
        open().delete(KEY);
        assertThat(open().read(KEY)).isEqualTo(LastGood.NONE);
        assertThat(memory.path()).isEmptyDirectory();
    }

    @Test
    void unreadableFilesAreNotUsed() throws IOException {
        var files = open();
        files.keep(KEY, plan("pool-hosts-last-good", "before.yaml"));
        var file = only(temp.resolve("last-good"));
        PrivateFiles.write(file, "garbage");
        assertThat(open().read(KEY)).isEqualTo(LastGood.NONE);

        var elsewhere = Files.write(
                temp.resolve("elsewhere"),
                LastGoodParts.write(LastGood.of(plan("pool-hosts-last-good", "before.yaml"))));
        Files.delete(file);
        Files.createSymbolicLink(file, elsewhere);
        assertThat(open().read(KEY)).as("a link").isEqualTo(LastGood.NONE);
    }

    @Test
    void keysAreNotWrittenWhereTheDirectoryIsNotInMemory() throws IOException {
        memory = MemoryDirectory.at(temp.resolve("missing").resolve("keys"));
        var files = open();
        assertThat(files.keep(KEY, plan("listener-tls-last-good", "before.yaml")))
                .hasValueSatisfying(problem -> assertThat(problem)
                        .startsWith("certificates cannot be stored for the next start: ")
                        .contains("mount a tmpfs there"));
        assertThat(open().read(KEY).certificates()).isEmpty();
        assertThat(open().read(KEY))
                .isEqualTo(LastGood.of(plan("listener-tls-last-good", "before.yaml"))
                        .withoutCertificates());
    }

    @Test
    void aFullDiskDoesNotPreventStoringCertificatesInMemory() throws IOException {
        Files.writeString(temp.resolve("last-good"), "in the way", StandardCharsets.UTF_8);
        assertThat(open().keep(KEY, plan("listener-tls-last-good", "before.yaml")))
                .hasValueSatisfying(problem -> assertThat(problem)
                        .startsWith("addresses of nodes and CA certificates cannot be stored for the next start: "));
        assertThat(open().read(KEY).certificates()).isNotEmpty();
    }

    private LastGoodFiles open() {
        return new LastGoodFiles(temp.resolve("last-good"), memory);
    }

    private static Path only(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            var all = files.toList();
            assertThat(all).hasSize(1);
            return all.getFirst();
        }
    }

    private static GatewayPlan plan(String name, String file) {
        return Compiler.compile(
                        World.of(GoldenCase.of("compile/" + name).read(file)).resources(null))
                .plan();
    }
}
