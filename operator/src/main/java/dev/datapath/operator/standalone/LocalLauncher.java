package dev.datapath.operator.standalone;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Gateways as child processes that outlive this one. They get a session of their own where the machine has {@code setsid}:
 * ctrl-c in a terminal goes to every process of the session, and Envoy would drop its transfers on it.
 *
 * <p>Processes are found by their arguments, which name a file in the gateway's private directory, rather than by a
 * number in a file, which may belong to another process by now.
 */
final class LocalLauncher implements GatewayLauncher {
    private static final String LOG_NAME = "envoy.log";
    private static final Optional<Path> SETSID = Stream.of("/usr/bin/setsid", "/bin/setsid")
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();

    @Override
    public GatewayProcess start(GatewaySpec spec) throws IOException {
        PrivateFiles.createDirectory(spec.directory());
        PrivateFiles.write(spec.bootstrapFile(), spec.bootstrap());
        Files.deleteIfExists(spec.adminSocket());
        // What the last process saw of nodes says nothing of them now.
        Files.deleteIfExists(spec.directory().resolve(OsProcess.CHECK_EVENTS));
        PrivateFiles.log(spec.directory(), OsProcess.CHECK_EVENTS);
        var command = new ArrayList<String>();
        SETSID.ifPresent(setsid -> command.add(setsid.toString()));
        command.add(spec.binary().toString());
        command.addAll(spec.arguments());
        var process = new ProcessBuilder(command)
                .directory(spec.directory().toFile())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        PrivateFiles.log(spec.directory(), OsProcess.ACCESS_LOG).toFile()))
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        PrivateFiles.log(spec.directory(), LOG_NAME).toFile()))
                .start();
        return OsProcess.started(process, spec.adminSocket(), log(spec));
    }

    @Override
    public Optional<Found> find(GatewaySpec spec) {
        return running(GatewaySpec.bootstrapFile(spec.directory()))
                .map(handle -> new Found(OsProcess.found(handle, spec.adminSocket(), log(spec)), fits(handle, spec)));
    }

    @Override
    public List<Leftover> all(Path workDirectory) {
        return ProcessHandle.allProcesses()
                .flatMap(handle -> {
                    var arguments = arguments(handle);
                    return arguments.stream()
                            .filter(argument -> argument.endsWith("/bootstrap.json"))
                            .map(Path::of)
                            .filter(path -> path.startsWith(workDirectory))
                            .map(Path::getParent)
                            .filter(Objects::nonNull)
                            .map(directory -> leftover(handle, directory, arguments));
                })
                .toList();
    }

    private static Leftover leftover(ProcessHandle handle, Path directory, List<String> arguments) {
        int at = arguments.indexOf(GatewaySpec.DRAIN_TIME);
        var drainTime = at >= 0 && at + 1 < arguments.size() ? Long.parseLong(arguments.get(at + 1)) : 0;
        var process = OsProcess.found(handle, directory.resolve(GatewaySpec.ADMIN_SOCKET), directory.resolve(LOG_NAME));
        return new Leftover(directory, process, Duration.ofSeconds(drainTime));
    }

    private static Optional<ProcessHandle> running(Path bootstrap) {
        return ProcessHandle.allProcesses()
                .filter(handle -> arguments(handle).contains(bootstrap.toString()))
                .filter(ProcessHandle::isAlive)
                .findFirst();
    }

    private static boolean fits(ProcessHandle handle, GatewaySpec spec) {
        try {
            return arguments(handle).equals(spec.arguments())
                    && handle.info()
                            .command()
                            .map(Path::of)
                            .equals(Optional.of(spec.binary().toRealPath()))
                    && Files.readString(spec.bootstrapFile()).equals(spec.bootstrap());
        } catch (IOException e) {
            return false;
        }
    }

    private static List<String> arguments(ProcessHandle handle) {
        return handle.info().arguments().map(List::of).orElse(List.of());
    }

    private static Path log(GatewaySpec spec) {
        return spec.directory().resolve(LOG_NAME);
    }
}
