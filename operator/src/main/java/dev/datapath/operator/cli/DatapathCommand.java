package dev.datapath.operator.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code datapath} command. Its functions are in subcommands. */
@Command(
        name = "datapath",
        description = "Declared S3 data delivery: gateways, storage pools, routing and objectives.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Version.Provider.class,
        subcommands = {
            RunCommand.class,
            StopCommand.class,
            ValidateCommand.class,
            OperatorCommand.class,
            HelpCommand.class
        })
final class DatapathCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "a command is missing: write run, stop, validate, operator or help");
    }
}
