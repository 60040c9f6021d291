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

/**
 * {@code datapath run}: runs operator and gateways on this machine. Starts Quarkus for health and metrics; {@link RunApplication}
 * runs the rest.
 */
@Command(
        name = "run",
        description = {
            "Runs the DataPaths of a directory on this machine: reads and watches its YAML, runs Envoy processes as gateways, and"
                    + " writes their status to DIR/.status.",
            "SIGTERM, SIGHUP or ctrl-c finishes transfers first; a second one stops at once."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped, all gateways have exited",
            "1:the start failed; see the message",
            "2:the command line is invalid"
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
        // The JVM must not cache DNS answers: a name is resolved at the interval of its pool.
        java.security.Security.setProperty("networkaddress.cache.ttl", "0");
        java.security.Security.setProperty("networkaddress.cache.negative.ttl", "0");
        var exitCode = new AtomicInteger();
        // All arguments after the name of this command. RunApplication parses them again when Quarkus has started it.
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
        checkRange("--gateways", options.gateways, 1, 100);
        checkRange("--port-offset", options.portOffset, 1, 10_000);
        checkRange("--workers", options.workers, 1, 256);
        checkRange("--http-port", options.httpPort, 0, 65_535);
        envoy(spec);
    }

    static Path envoy(CommandSpec spec) {
        return EnvoyBinary.find(System.getProperty(EnvoyBinary.PROPERTY), System.getenv(), Path.of(""))
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "Envoy was not found: run gateway-image/install-envoy, or name the binary in "
                                + EnvoyBinary.VARIABLE));
    }

    private void checkRange(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new ParameterException(
                    spec.commandLine(), option + " is " + value + ": write a number from " + least + " to " + most);
        }
    }
}
