package dev.datapath.e2e.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * s3proxy over a directory. Every node is a JVM of its own, started for a short life: serial collector, first compiler tier only,
 * and a class data archive that the first node writes when it ends, so that later starts take half the processor time.
 */
final class S3ProxyProgram implements StoreProgram {
    private static final String LOGGING = """
            <configuration>
              <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>%d %-5level %logger{20} %msg%n</pattern></encoder>
              </appender>
              <root level="WARN"><appender-ref ref="out"/></root>
            </configuration>
            """;

    @Override
    public String name() {
        return "s3proxy";
    }

    @Override
    public String toString() {
        return name();
    }

    @Override
    public Optional<String> missing() {
        return Files.isReadable(classPathFile())
                ? Optional.empty()
                : Optional.of(classPathFile() + " is not there: build the e2e module with Maven first");
    }

    @Override
    public String healthPath() {
        return "/healthz";
    }

    @Override
    public ChildProcess startNode(Path directory, int index, int port) {
        try {
            var data = Files.createDirectories(directory.resolve("data"));
            var logging = Files.writeString(directory.resolve("logback-" + index + ".xml"), LOGGING);
            var settings = Files.writeString(directory.resolve("node-" + index + ".conf"), """
                    s3proxy.endpoint=http://127.0.0.1:%d
                    s3proxy.authorization=aws-v2-or-v4
                    s3proxy.identity=%s
                    s3proxy.credential=%s
                    jclouds.provider=filesystem-nio2
                    jclouds.endpoint=http://127.0.0.1
                    jclouds.identity=unused
                    jclouds.credential=unused
                    jclouds.filesystem.basedir=%s
                    """.formatted(
                            port, S3Store.ACCESS_KEY, S3Store.SECRET_KEY, data));
            var command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Xmx192m",
                    "-Xshare:auto",
                    "-Xlog:disable",
                    "-XX:SharedArchiveFile=" + BuildTree.target().resolve("s3proxy.jsa")));
            if (index == 0) {
                command.add("-XX:+AutoCreateSharedArchive");
            }
            command.addAll(List.of(
                    "-Dlogback.configurationFile=" + logging,
                    "-cp",
                    Files.readString(classPathFile()).strip(),
                    "org.gaul.s3proxy.Main",
                    "--properties",
                    settings.toString()));
            return ChildProcess.start(
                    "s3proxy node " + index, command, Map.of(), directory.resolve("node-" + index + ".log"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare s3proxy node " + index + " in " + directory, e);
        }
    }

    private static Path classPathFile() {
        return BuildTree.target().resolve("s3proxy.classpath");
    }
}
