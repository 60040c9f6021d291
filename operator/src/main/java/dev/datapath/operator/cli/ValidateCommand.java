package dev.datapath.operator.cli;

import dev.datapath.operator.admission.ApiCatalog;
import dev.datapath.operator.manifest.ManifestReader;
import dev.datapath.operator.manifest.ManifestSet;
import dev.datapath.operator.text.VisibleText;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code datapath validate}: reports the findings that {@code run} would report, with an exit code for CI. */
@Command(
        name = "validate",
        description = {
            "Validates files of DataPath objects, Secrets and ConfigMaps as an API server and the operator would.",
            "No process is started, and no network request is made."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no error was found (there may be warnings)",
            "1:at least one error was found",
            "2:the command line is invalid, a file or directory cannot be read, or there is no object"
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.Provider.class)
final class ValidateCommand implements Callable<Integer> {
    private static final Path STANDARD_INPUT = Path.of("<standard input>");

    /** The output format. */
    enum Output {
        text,
        json
    }

    @Parameters(
            paramLabel = "DIR",
            arity = "1..*",
            description = "Directories, which are read recursively; files of any name; or - for standard input.")
    private List<Path> roots = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "text (the default) or json.")
    private Output output = Output.text;

    @Option(names = "--allow-empty", description = "Exit with 0 when there is no object.")
    private boolean allowEmpty;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Map<Path, byte[]> streams = new LinkedHashMap<>();
        List<Path> named = new ArrayList<>();
        for (Path root : roots) {
            if (root.toString().equals("-")) {
                streams.computeIfAbsent(STANDARD_INPUT, name -> bytes(name, System.in));
                continue;
            }
            if (!Files.isReadable(root)) {
                throw new ParameterException(
                        spec.commandLine(),
                        root + (Files.exists(root) ? " may not be read" : " does not exist")
                                + "; name a directory or file that can be read");
            }
            if (Files.isRegularFile(root) || Files.isDirectory(root)) {
                named.add(root);
            } else {
                streams.computeIfAbsent(root, this::bytes);
            }
        }
        Clock clock = Clock.systemUTC();
        ManifestSet set = new ManifestReader(ApiCatalog.load(), named, streams, clock).read();
        Validation validation = Validation.of(set, clock.instant());
        PrintWriter out = spec.commandLine().getOut();
        switch (output) {
            case text -> new TextReport(spec.commandLine().getColorScheme()).write(validation, out);
            case json -> JsonReport.write(validation, out);
        }
        if (validation.errors() > 0) {
            return 1;
        }
        if (!allowEmpty && validation.objects() == 0) {
            spec.commandLine()
                    .getErr()
                    .println(
                            "error: there is no object in " + VisibleText.of(text(roots))
                                    + ": in a directory, only files that end in .yaml, .yml or .json are read; --allow-empty makes this no error");
            return spec.exitCodeOnInvalidInput();
        }
        return 0;
    }

    private static String text(List<Path> roots) {
        return roots.stream().map(Path::toString).collect(Collectors.joining(", "));
    }

    /** Reads a pipe or a device. */
    private byte[] bytes(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            return bytes(path, in);
        } catch (IOException failed) {
            throw unreadable(path, failed);
        }
    }

    private byte[] bytes(Path name, InputStream in) {
        try {
            return in.readNBytes(ManifestReader.MAX_STREAM_BYTES + 1);
        } catch (IOException failed) {
            throw unreadable(name, failed);
        }
    }

    private ParameterException unreadable(Path path, IOException failed) {
        return new ParameterException(
                spec.commandLine(),
                path + " cannot be read (" + failed + "); name a directory or file that can be read");
    }
}
