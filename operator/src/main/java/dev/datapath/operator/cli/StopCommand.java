package dev.datapath.operator.cli;

import dev.datapath.operator.standalone.StoppedRun;
import dev.datapath.operator.text.VisibleText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code datapath stop}: stops the run of a directory, and the orphan gateways of a killed run. */
@Command(
        name = "stop",
        description = {
            "Stops the datapath run of a directory and waits until its gateways have exited.",
            "Orphan gateways of a killed run are drained and stopped, too."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no run and no gateway is left",
            "1:the stop failed; see the message",
            "2:the command line is invalid"
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.Provider.class)
final class StopCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "The directory that was given to run.")
    private Path directory = Path.of(".");

    @Option(names = "--now", description = "Stops at once, without waiting for transfers.")
    private boolean now;

    @Option(
            names = "--work-dir",
            paramLabel = "PATH",
            description = "The work directory of the run, if DIR does not record it.")
    @Nullable
    private Path workDirectory;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (!Files.isDirectory(directory)) {
            throw new ParameterException(
                    spec.commandLine(), directory + " is not a directory: write the directory that was given to run");
        }
        try {
            var stopped = StoppedRun.stop(directory, workDirectory, now);
            spec.commandLine().getOut().println(stopped.message());
            return 0;
        } catch (IOException e) {
            spec.commandLine().getErr().println("error: " + VisibleText.of(String.valueOf(e.getMessage())));
            return 1;
        }
    }
}
