package dev.datapath.operator.standalone;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Gateways as child processes that outlive this one. They get their own session if the machine has {@code setsid}:
 * ctrl-c in a terminal is sent to every process of the session, and Envoy would drop its transfers.
 */
final class LocalLauncher implements GatewayLauncher {
    private static final Optional<Path> SETSID = Stream.of("/usr/bin/setsid", "/bin/setsid")
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();

    @Override
    public GatewayProcess start(GatewaySpec spec) throws IOException {
        PrivateFiles.createDirectory(spec.directory());
        PrivateFiles.write(spec.bootstrapFile(), spec.bootstrap());
        Files.deleteIfExists(spec.adminSocket());
        // Health check events of the previous process are outdated.
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
                        PrivateFiles.log(spec.directory(), OsProcess.LOG_NAME).toFile()))
                .start();
        return OsProcess.started(process, spec.directory());
    }

    @Override
    public List<Found> find(GatewaySpec spec) {
        var found = new ArrayList<Found>();
        for (var running : RunningGateway.in(spec.directory())) {
            boolean first = found.isEmpty();
            boolean fits = first && !running.isRetired() && fits(running, spec);
            found.add(new Found(process(running, first), fits));
        }
        return found;
    }

    @Override
    public List<OrphanedGateway> all(Path workDirectory) {
        return RunningGateway.below(workDirectory).entrySet().stream()
                .flatMap(gateway -> gateway.getValue().stream().map(running -> {
                    boolean first = running == gateway.getValue().getFirst();
                    return new OrphanedGateway(
                            gateway.getKey(), process(running, first), drainTime(running.arguments()));
                }))
                .toList();
    }

    /** @param first whether it sorts before all others of its directory, see {@link RunningGateway#compareTo} */
    private static GatewayProcess process(RunningGateway running, boolean first) {
        // Of several processes that were not retired, the newest owns the socket. The others can no longer be reached.
        return OsProcess.found(running.handle(), running.directory(), running.isRetired() || !first);
    }

    private static Duration drainTime(List<String> arguments) {
        int at = arguments.indexOf(GatewaySpec.DRAIN_TIME);
        try {
            return Duration.ofSeconds(at >= 0 && at + 1 < arguments.size() ? Long.parseLong(arguments.get(at + 1)) : 0);
        } catch (NumberFormatException unknown) {
            return Duration.ZERO;
        }
    }

    private static boolean fits(RunningGateway running, GatewaySpec spec) {
        try {
            return running.arguments().equals(spec.arguments())
                    && running.handle()
                            .info()
                            .command()
                            .map(Path::of)
                            .equals(Optional.of(spec.binary().toRealPath()))
                    && Files.readString(spec.bootstrapFile()).equals(spec.bootstrap());
        } catch (IOException e) {
            return false;
        }
    }
}
