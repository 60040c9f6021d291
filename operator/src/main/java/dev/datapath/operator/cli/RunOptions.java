package dev.datapath.operator.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Options of {@code datapath run}. */
final class RunOptions {
    @Parameters(
            paramLabel = "DIR",
            description = "DIR is the directory with your YAML files, which is read and watched recursively.")
    Path directory = Path.of(".");

    @Option(
            names = "--gateways",
            paramLabel = "N",
            defaultValue = "1",
            description = "Gateways for each DataPath (${DEFAULT-VALUE}).")
    int gateways;

    @Option(
            names = "--port-offset",
            paramLabel = "K",
            defaultValue = "1",
            description = "Gateway i listens on the port of each listener plus i times K (${DEFAULT-VALUE}).")
    int portOffset;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "IP address that listeners bind to; 0.0.0.0 for all (${DEFAULT-VALUE}).")
    String bindAddress = "";

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "1",
            description = "Worker threads of each gateway; limits per node are exact only with 1 (${DEFAULT-VALUE}).")
    int workers;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            defaultValue = "8090",
            description =
                    "Port for health and metrics of this process, on loopback; 0 for a free port (${DEFAULT-VALUE}).")
    int httpPort;

    @Option(
            names = "--work-dir",
            paramLabel = "PATH",
            description =
                    "Private directory for files of the gateways; by default a directory for DIR in the temporary directory.")
    @Nullable
    Path workDirectory;

    @Option(
            names = "--table",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "On a terminal, show a live table instead of a line for each change (the default).")
    boolean table;
}
