package dev.datapath.operator.cli;

import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.manifest.ManifestReader;
import dev.datapath.operator.manifest.ManifestSet;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code datapath validate}: the findings that {@code run} would have, with an exit code for CI. */
@Command(
        name = "validate",
        description = {
            "Checks files of DataPath objects, Secrets and ConfigMaps as an API server and the operator would.",
            "Nothing is started, and nothing is looked up in the network."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing is wrong (there may be warnings)",
            "1:at least one error was found",
            "2:the command line is wrong, or a file or directory cannot be read"
        })
final class ValidateCommand implements Callable<Integer> {
    /** How findings are written. */
    enum Output {
        text,
        json
    }

    @Parameters(
            paramLabel = "DIR",
            arity = "1..*",
            description = "Directories, read with all below them, or single files.")
    private List<Path> roots = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "text (the default) or json.")
    private Output output = Output.text;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this text.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        for (Path root : roots) {
            if (!Files.isReadable(root)) {
                throw new ParameterException(
                        spec.commandLine(),
                        root + (Files.exists(root) ? " may not be read" : " does not exist")
                                + "; name a directory or file that can be read");
            }
        }
        Clock clock = Clock.systemUTC();
        ManifestSet set = new ManifestReader(ApiCatalog.load(), roots, clock).read();
        Validation validation = Validation.of(set, clock.instant());
        PrintWriter out = spec.commandLine().getOut();
        switch (output) {
            case text -> new TextReport(spec.commandLine().getColorScheme()).write(validation, out);
            case json -> JsonReport.write(validation, out);
        }
        return validation.errors() == 0 ? 0 : 1;
    }
}
