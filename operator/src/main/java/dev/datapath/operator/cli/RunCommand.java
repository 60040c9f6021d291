package dev.datapath.operator.cli;

import dev.datapath.operator.standalone.EnvoyBinary;
import io.quarkus.runtime.Quarkus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code datapath run}: everything on this machine. Boots Quarkus for health and metrics; {@link RunApplication} does the work. */
@Command(
        name = "run",
        description = {
            "Runs the DataPaths of a directory on this machine: reads and watches its YAML, runs Envoy processes as gateways, and"
                    + " writes their status to DIR/.status.",
            "SIGTERM, SIGHUP or ctrl-c lets transfers finish first; a second one ends them at once."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped, all gateways have ended",
            "1:it could not start; the message says why",
            "2:the command line is wrong"
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.Provider.class)
final class RunCommand implements Callable<Integer> {
    @Mixin
    private RunOptions options = new RunOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        check();
        System.setProperty("quarkus.http.port", Integer.toString(options.httpPort));
        // Caching is ours: a name is looked up as often as its pool says.
        java.security.Security.setProperty("networkaddress.cache.ttl", "0");
        java.security.Security.setProperty("networkaddress.cache.negative.ttl", "0");
        var exitCode = new AtomicInteger();
        // All after the name of this command; RunApplication reads them again when Quarkus has started it.
        var given = spec.commandLine().getParent().getParseResult().originalArgs();
        var arguments = given.subList(given.indexOf(spec.name()) + 1, given.size());
        Quarkus.run(
                RunApplication.class,
                (code, failure) -> {
                    exitCode.set(code);
                    if (failure != null) {
                        spec.commandLine()
                                .getErr()
                                .println("error: " + RunApplication.explain(failure, options.httpPort));
                    }
                },
                arguments.toArray(String[]::new));
        return exitCode.get();
    }

    private void check() {
        if (!Files.isDirectory(options.directory)) {
            throw new ParameterException(
                    spec.commandLine(),
                    options.directory + " is not a directory: name the one that holds your YAML files");
        }
        if (options.workDirectory != null
                && options.workDirectory
                        .toAbsolutePath()
                        .normalize()
                        .equals(options.directory.toAbsolutePath().normalize())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--work-dir is " + options.directory
                            + ", which holds your YAML files: name another directory for the gateways' files");
        }
        within("--gateways", options.gateways, 1, 100);
        within("--port-offset", options.portOffset, 1, 10_000);
        within("--workers", options.workers, 1, 256);
        within("--http-port", options.httpPort, 0, 65_535);
        envoy(spec);
    }

    static Path envoy(CommandSpec spec) {
        return EnvoyBinary.find(System.getProperty(EnvoyBinary.PROPERTY), System.getenv(), Path.of(""))
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "Envoy was not found: run gateway-image/install-envoy, or name the binary in "
                                + EnvoyBinary.VARIABLE));
    }

    private void within(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new ParameterException(
                    spec.commandLine(), option + " is " + value + ": write a number from " + least + " to " + most);
        }
    }
}
