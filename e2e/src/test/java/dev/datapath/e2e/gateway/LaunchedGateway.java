package dev.datapath.e2e.gateway;

import dev.datapath.e2e.rig.BuildTree;
import dev.datapath.e2e.rig.ChildProcess;
import dev.datapath.e2e.rig.EnvoyBinary;
import dev.datapath.e2e.rig.RawClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;

/** The launcher of the gateway image, as it is in this checkout, on this machine instead of in a container. */
final class LaunchedGateway implements AutoCloseable {
    private static final String NAME = "gateway-0";

    private final GatewayPorts ports;
    private final Path directory;
    private final Map<String, String> settings = new TreeMap<>();
    private ChildProcess process;

    /** Nothing runs yet. */
    LaunchedGateway(Path directory, GatewayPorts ports) {
        this.directory = directory;
        this.ports = ports;
        settings.put("POD_NAME", NAME);
        settings.put("TMPDIR", directory.toString());
        settings.put("DATAPATH_ENVOY", EnvoyBinary.require().toString());
        settings.put("DATAPATH_ADMIN_PORT", Integer.toString(ports.admin()));
        settings.put("DATAPATH_BOOTSTRAP", directory.resolve("bootstrap.json").toString());
        settings.put("DATAPATH_LAST_GOOD", lastGood().toString());
        settings.put("DATAPATH_DRAIN_DELAY", "0");
    }

    LaunchedGateway with(String setting, Object value) {
        settings.put(setting, value.toString());
        return this;
    }

    LaunchedGateway bootstrap(String text) {
        try {
            Files.writeString(directory.resolve("bootstrap.json"), text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    LaunchedGateway lastGood(byte[] content) {
        try (var out = new GZIPOutputStream(Files.newOutputStream(lastGood()))) {
            out.write(content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path lastGood() {
        return directory.resolve("bootstrap.pb.gz");
    }

    LaunchedGateway start() {
        var launcher = BuildTree.projectRoot().resolve("gateway-image/rootfs/datapath/gateway");
        process = ChildProcess.start("gateway", List.of(launcher.toString()), settings, directory.resolve("log"));
        return this;
    }

    /** What the kubelet sees: {@code 200 LIVE}, or why not. */
    String readiness() {
        try (var client = RawClient.to(ports.probe())) {
            var answer = client.request("GET", "/ready").answer();
            return answer.status() + " " + answer.text().strip();
        } catch (IOException e) {
            return "no answer";
        }
    }

    boolean ready() {
        return readiness().equals("200 LIVE");
    }

    /** A new connection to the S3 listener. */
    RawClient connect() throws IOException {
        return RawClient.to(ports.s3());
    }

    /** Whether the S3 listener refuses connections. */
    boolean refuses() {
        try (var client = connect()) {
            return false;
        } catch (IOException refused) {
            return true;
        }
    }

    /** Sends SIGTERM and does not wait. */
    void tellToStop() {
        process.terminate();
    }

    boolean runs() {
        return process.alive();
    }

    int exitStatus() {
        return process.exitStatus();
    }

    /** What launcher and Envoy wrote. */
    String log() {
        return process.logTail();
    }

    /** The Envoy that runs now. */
    Optional<ProcessHandle> envoy() {
        return process.tree().stream()
                .filter(handle -> handle.info().command().orElse("").endsWith("/envoy"))
                .findFirst();
    }

    /** Files that the launcher left behind. */
    List<String> leftovers() {
        try (var files = Files.walk(directory.resolve("datapath-gateway"))) {
            return files.map(Path::toString).toList();
        } catch (IOException none) {
            return List.of();
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.kill();
        }
    }
}
