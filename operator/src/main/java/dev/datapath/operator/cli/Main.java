package dev.datapath.operator.cli;

import dev.datapath.operator.names.JvmAddressCache;
import dev.datapath.operator.text.VisibleText;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Entry point of the process. A command starts Quarkus itself when it needs it. {@code validate} does not need it, and exits before
 * Quarkus would have started.
 */
@QuarkusMain
public final class Main {
    private Main() {}

    public static void main(String... args) {
        JvmAddressCache.switchOff();
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int exitCode = execute(out, err, args);
        out.flush();
        err.flush();
        System.exit(exitCode);
    }

    /** Prints a line with the error and a line that refers to the help. */
    private static int explain(ParameterException wrong, String[] arguments) {
        var command = wrong.getCommandLine();
        command.getErr().println("error: " + VisibleText.of(String.valueOf(wrong.getMessage())));
        command.getErr().println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    /** @return the exit code of the process */
    static int execute(PrintWriter out, PrintWriter err, String... args) {
        return new CommandLine(new DatapathCommand())
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Main::explain)
                .execute(args);
    }
}
