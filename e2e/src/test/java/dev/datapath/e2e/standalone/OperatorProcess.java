package dev.datapath.e2e.standalone;

import dev.datapath.e2e.rig.EnvoyBinary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** {@code datapath run} as users run it: the packaged program in a process of its own. */
final class OperatorProcess implements AutoCloseable {
    private static final Pattern HTTP = Pattern.compile("http://127\\.0\\.0\\.1:\\d+(?=/q/health)");

    private final Process process;
    private final Path log;

    private OperatorProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static OperatorProcess run(Path directory, Path work, Path log) throws IOException {
        return run(directory, work, log, Map.of());
    }

    /** @param environment variables besides those of this process */
    static OperatorProcess run(Path directory, Path work, Path log, Map<String, String> environment)
            throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                jar().toString(),
                "run",
                directory.toString(),
                "--http-port",
                "0",
                "--work-dir",
                work.toString()));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("DATAPATH_ENVOY", EnvoyBinary.require().toString());
        builder.environment().putAll(environment);
        return new OperatorProcess(builder.start(), log);
    }

    /** Runs another command of the program to its end, and returns its exit status and all that it printed. */
    static String command(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar().toString()));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        return process.waitFor() + " " + output;
    }

    /** Sends a signal by its name, such as TERM. */
    void signal(String name) throws IOException, InterruptedException {
        // The shell's own kill: small machines have no program of that name.
        new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                .start()
                .waitFor();
    }

    /** The exit status, or -1 when it goes on for longer than that. */
    int awaitExit(int seconds) throws InterruptedException {
        return process.waitFor(seconds, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }

    boolean alive() {
        return process.isAlive();
    }

    String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The answer of health or metrics, such as {@code /q/health/ready}; empty until it listens. */
    String http(String path) throws IOException, InterruptedException {
        var base = HTTP.matcher(output());
        if (!base.find()) {
            return "";
        }
        try (var client = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(URI.create(base.group() + path)).build();
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    /** The port of health and metrics; 0 until it listens. */
    int httpPort() {
        var base = HTTP.matcher(output());
        return base.find() ? URI.create(base.group()).getPort() : 0;
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (awaitExit(30) < 0) {
            process.destroyForcibly().waitFor();
        }
    }

    private static Path jar() throws IOException {
        for (var dir = Path.of("").toAbsolutePath(); dir != null; dir = dir.getParent()) {
            var target = dir.resolve("operator/target");
            if (Files.isDirectory(target)) {
                try (var jars = Files.newDirectoryStream(target, "datapath-operator-*-runner.jar")) {
                    for (var jar : jars) {
                        return jar;
                    }
                }
                throw new IllegalStateException(
                        "the operator is not packaged: run these tests with mvn verify, or mvn package before");
            }
        }
        throw new IllegalStateException("the tests do not run inside a checkout of the project");
    }
}
