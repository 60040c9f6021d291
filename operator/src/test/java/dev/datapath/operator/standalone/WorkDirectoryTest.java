package dev.datapath.operator.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.datapath.operator.model.ObjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkDirectoryTest {
    @TempDir
    Path temp;

    @Test
    void belongsToOneProcessAtATime() throws IOException {
        try (var first = WorkDirectory.open(temp.resolve("work"))) {
            assertThatThrownBy(() -> WorkDirectory.open(first.root()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another datapath run");
        }
        WorkDirectory.open(temp.resolve("work")).close();
    }

    @Test
    void isOpenToItsOwnerOnly() throws IOException {
        try (var work = WorkDirectory.open(temp.resolve("work"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(work.root())))
                    .isEqualTo("rwx------");
        }
        Files.setPosixFilePermissions(temp.resolve("work"), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThatThrownBy(() -> WorkDirectory.open(temp.resolve("work"))).hasMessageContaining("chmod 700");
    }

    @Test
    void refusesAPathThatLeavesNoRoomForSockets() {
        assertThatThrownBy(() -> WorkDirectory.open(temp.resolve("w".repeat(60))))
                .hasMessageContaining("--work-dir");
    }

    /** Systems delete temporary files that were not modified for days. */
    @Test
    void marksItsFilesAsUsed() throws IOException {
        try (var work = WorkDirectory.open(temp.resolve("work"))) {
            var bootstrap = work.gateway(new GatewayId(new ObjectKey("ai", "training"), 0))
                    .resolve("bootstrap.json");
            Files.createDirectories(bootstrap.getParent());
            Files.writeString(bootstrap, "{}");
            Files.createSymbolicLink(work.root().resolve("link"), Path.of("/nowhere"));
            var now = Instant.now().plus(Duration.ofDays(9)).truncatedTo(ChronoUnit.SECONDS);
            work.markUsed(now);
            for (var file : List.of(bootstrap, bootstrap.getParent(), work.root())) {
                assertThat(Files.getLastModifiedTime(file).toInstant())
                        .as("%s", file)
                        .isEqualTo(now);
            }
        }
    }

    /** A process loses its lock of a file when it closes any descriptor of it. */
    @Test
    void marksItsLockAsUsedAndKeepsIt() throws Exception {
        try (var work = WorkDirectory.open(temp.resolve("work"))) {
            var lock = work.root().resolve("lock");
            // By another process: this one would lose the lock.
            assertThat(new ProcessBuilder("touch", "-d", "2020-01-01", lock.toString())
                            .start()
                            .waitFor())
                    .isZero();
            var locks = locks(lock);
            assertThat(locks).hasSize(1);
            work.markUsed(Instant.now());
            assertThat(locks(lock)).isEqualTo(locks);
            assertThat(Files.getLastModifiedTime(lock).toInstant()).isAfter(Instant.parse("2026-01-01T00:00:00Z"));
        }
    }

    /** The locks of this process on a file, by proc(5). */
    private static List<String> locks(Path file) throws IOException {
        var inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
        var process = " " + ProcessHandle.current().pid() + " ";
        return Files.readAllLines(Path.of("/proc/locks")).stream()
                .filter(line -> line.contains(inode) && line.contains(process))
                .map(line -> line.substring(line.indexOf(':')))
                .toList();
    }

    @Test
    void keepsItsPorts() throws IOException {
        int port;
        try (var work = WorkDirectory.open(temp.resolve("work"))) {
            port = work.portOrFree("xds");
        }
        try (var work = WorkDirectory.open(temp.resolve("work"))) {
            assertThat(work.portOrFree("xds")).isEqualTo(port);
        }
    }

    @Test
    void gatewaysWithTheSamePrefixHaveSeparateDirectories() throws IOException {
        try (var work = WorkDirectory.open(temp.resolve("work"))) {
            var name = "a".repeat(50);
            assertThat(work.gateway(new GatewayId(new ObjectKey("ai", name), 0)))
                    .isNotEqualTo(work.gateway(new GatewayId(new ObjectKey("ml", name), 0)))
                    .isNotEqualTo(work.gateway(new GatewayId(new ObjectKey("ai", name), 1)));
            var socket =
                    work.gateway(new GatewayId(new ObjectKey("ai", name), 9999)).resolve("admin.sock");
            assertThat(socket.toString().length() - work.root().toString().length())
                    .isLessThanOrEqualTo(50);
        }
    }

    @Test
    void theDefaultDirectoryDependsOnTheSourcesName() throws IOException {
        var first = Files.createDirectory(temp.resolve("first"));
        var link = Files.createSymbolicLink(temp.resolve("current"), first);
        var before = WorkDirectory.standard(link);
        Files.delete(link);
        Files.createSymbolicLink(link, Files.createDirectory(temp.resolve("second")));
        assertThat(WorkDirectory.standard(link)).isEqualTo(before).isNotEqualTo(WorkDirectory.standard(first));
    }
}
