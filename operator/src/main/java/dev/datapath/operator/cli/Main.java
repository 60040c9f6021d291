package dev.datapath.operator.cli;

import dev.datapath.operator.control.JvmAddressCache;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/**
 * Entry point of the process. A command starts Quarkus itself when it needs it; {@code validate} does not, and is done before Quarkus
 * would be up.
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

    /** @return the exit code of the process */
    static int execute(PrintWriter out, PrintWriter err, String... args) {
        return new CommandLine(new DatapathCommand())
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args);
    }
}
