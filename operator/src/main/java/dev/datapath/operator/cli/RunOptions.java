package dev.datapath.operator.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What can be given to {@code datapath run}. */
final class RunOptions {
    @Parameters(
            paramLabel = "DIR",
            description = "DIR is the directory that holds your YAML files; all below it is read and watched.")
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
            description = "Gateway i listens on the listeners' ports plus i times K (${DEFAULT-VALUE}).")
    int portOffset;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "IP address that listeners are bound to; 0.0.0.0 for all (${DEFAULT-VALUE}).")
    String bindAddress = "";

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "1",
            description = "Worker threads of each gateway; limits per node are exact with one (${DEFAULT-VALUE}).")
    int workers;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            defaultValue = "8090",
            description = "Health and metrics of this process, on loopback; 0 for a free port (${DEFAULT-VALUE}).")
    int httpPort;

    @Option(
            names = "--work-dir",
            paramLabel = "PATH",
            description =
                    "Private directory for the gateways' files; by default one for DIR in the directory for temporary files.")
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
