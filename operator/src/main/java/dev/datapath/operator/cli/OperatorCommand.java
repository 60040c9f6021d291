package dev.datapath.operator.cli;

import io.quarkus.runtime.Quarkus;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code datapath operator}: the operator in a cluster. Starts Quarkus for health and metrics; {@link OperatorApplication} runs the
 * operator.
 */
@Command(
        name = "operator",
        description = {
            "Runs the operator of a Kubernetes cluster: watches DataPaths and the objects that they reference, and runs their gateways.",
            "The Helm chart starts it. One of several replicas is the leader; the others are on standby."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped",
            "1:the start failed, or the operator lost its leadership; see the message",
            "2:the command line is invalid"
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.Provider.class)
final class OperatorCommand implements Callable<Integer> {
    @Mixin
    private OperatorOptions options = new OperatorOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        try {
            options.settings();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        System.setProperty("quarkus.http.host", "0.0.0.0");
        System.setProperty("quarkus.http.port", Integer.toString(options.httpPort));
        var exitCode = new AtomicInteger();
        var given = spec.commandLine().getParent().getParseResult().originalArgs();
        Quarkus.run(
                OperatorApplication.class,
                (code, failure) -> {
                    exitCode.set(failure == null ? code : 1);
                    if (failure != null) {
                        spec.commandLine()
                                .getErr()
                                .println("error: " + RunApplication.explain(failure, options.httpPort));
                    }
                },
                given.subList(given.indexOf(spec.name()) + 1, given.size()).toArray(String[]::new));
        return exitCode.get();
    }
}
