package dev.datapath.e2e.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.datapath.e2e.rig.EnvoyBinary;
import dev.datapath.e2e.rig.Ports;
import dev.datapath.e2e.rig.RawClient;
import dev.datapath.e2e.rig.ScriptedNode;
import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.manifest.ManifestReader;
import dev.datapath.operator.standalone.Standalone;
import dev.datapath.operator.standalone.StandaloneOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other users of the machine can reach of a standalone operator: no private key, and no status to falsify. */
@Tag("tier3")
class PrivateConfigurationTest {
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");

    @TempDir
    private Path temp;

    @Test
    void gatewaysFetchTheirConfigurationWhereNoOtherUserCan() throws Exception {
        var directory = new Directory(temp.resolve("objects"));
        Files.createDirectories(directory.path());
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        var port = Ports.free();
        var before = listening();
        var options =
                new StandaloneOptions(directory.path(), 1, 1, "127.0.0.1", 1, temp.resolve("w"), EnvoyBinary.require());
        var reader = new ManifestReader(ApiCatalog.load(), List.of(directory.path()), InstantSource.system());
        try (var node = ScriptedNode.start();
                var standalone = Standalone.start(options, reader, new SimpleMeterRegistry(), shown -> {})) {
            before.add(node.port());
            directory.write("training.yaml", Directory.dataPath("training", port, node.port()));
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptionsInstanceOf(ConnectException.class)
                    .until(() -> RawClient.status(port, "/bucket/key") == 200);
            assertThat(listening()).as("ports of the operator").isEqualTo(before);
            var socket = standalone.xdsSocket();
            assertThat(mode(socket)).isEqualTo("rw-------");
            for (var above = socket.getParent(); !above.equals(temp); above = above.getParent()) {
                assertThat(mode(above)).as(above.toString()).isEqualTo("rwx------");
            }
            try (var files = Files.walk(temp.resolve("w"))) {
                assertThat(files.filter(Files::isRegularFile)
                                .filter(file -> !mode(file).equals("rw-------")))
                        .as("files that others may read")
                        .isEmpty();
            }
            if (isRoot() && Files.isExecutable(SETPRIV)) {
                // A socket that may be reached cannot be opened as a file: ENXIO.
                assertThat(openAs(0, socket)).contains("No such device or address");
                assertThat(openAs(65_534, socket)).contains("Permission denied");
            }
            standalone.stop();
        }
    }

    private static boolean isRoot() throws IOException {
        return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }

    private static String openAs(int user, Path socket) throws IOException, InterruptedException {
        var process = new ProcessBuilder(
                        SETPRIV.toString(),
                        "--reuid=" + user,
                        "--regid=" + user,
                        "--clear-groups",
                        "cat",
                        socket.toString())
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    private static String mode(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The TCP ports that this process listens on (proc(5): state 0A). */
    private static Set<Integer> listening() throws IOException {
        Set<String> own;
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            own = descriptors.map(PrivateConfigurationTest::target).collect(Collectors.toSet());
        }
        var ports = new TreeSet<Integer>();
        for (var table : List.of("tcp", "tcp6")) {
            for (var line : Files.readAllLines(Path.of("/proc/self/net", table))) {
                var columns = line.strip().split("\\s+");
                if (columns.length > 9 && columns[3].equals("0A") && own.contains("socket:[" + columns[9] + "]")) {
                    ports.add(Integer.parseInt(columns[1].substring(columns[1].indexOf(':') + 1), 16));
                }
            }
        }
        return ports;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closedSince) {
            return "";
        }
    }
}
