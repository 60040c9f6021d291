package dev.datapath.operator.standalone;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A running gateway process on this machine. It is identified by its command line and working directory, not by a pid
 * in a file, because another process may have that pid by now. The processes of one directory are sorted: retired ones
 * last, then the newest first.
 *
 * @param handle the process
 * @param directory the gateway's directory
 * @param arguments all of its arguments
 */
record RunningGateway(ProcessHandle handle, Path directory, List<String> arguments)
        implements Comparable<RunningGateway> {
    private static final Comparator<RunningGateway> ORDER = Comparator.comparing(RunningGateway::isRetired)
            .thenComparing(
                    running -> running.handle.info().startInstant().orElse(Instant.EPOCH), Comparator.reverseOrder())
            .thenComparing(running -> running.handle.pid(), Comparator.reverseOrder());

    RunningGateway {
        arguments = List.copyOf(arguments);
    }

    /** The processes of one gateway. */
    static List<RunningGateway> in(Path directory) {
        return all().filter(running -> running.directory.equals(directory))
                .sorted()
                .toList();
    }

    /** The processes of all gateways of a work directory, by the gateway's directory. */
    static Map<Path, List<RunningGateway>> below(Path workDirectory) {
        return all().filter(running -> running.directory.startsWith(workDirectory))
                .sorted()
                .collect(groupingBy(RunningGateway::directory, TreeMap::new, toList()));
    }

    /** Whether it is completing its transfers, since this run or an earlier one, see {@link GatewayProcess#retire}. */
    boolean isRetired() {
        return Files.exists(OsProcess.retiredSocket(directory, handle.pid()));
    }

    @Override
    public int compareTo(RunningGateway other) {
        return ORDER.compare(this, other);
    }

    private static Stream<RunningGateway> all() {
        return ProcessHandle.allProcesses()
                .flatMap(handle -> of(handle).stream())
                .filter(running -> running.handle.isAlive());
    }

    private static Optional<RunningGateway> of(ProcessHandle handle) {
        var arguments = handle.info().arguments().map(List::of).orElse(List.of());
        return GatewaySpec.directory(arguments)
                .filter(directory -> worksIn(handle, directory))
                .map(directory -> new RunningGateway(handle, directory, arguments));
    }

    /**
     * A program that names the file for another reason was started in another directory. If the working directory is
     * not visible, as for an executable with capabilities, the arguments decide.
     */
    private static boolean worksIn(ProcessHandle handle, Path directory) {
        var current = Path.of("/proc", Long.toString(handle.pid()), "cwd");
        try {
            return Files.isSameFile(current, directory)
                    || Files.readSymbolicLink(current).toString().endsWith(" (deleted)");
        } catch (IOException | SecurityException unknown) {
            return true;
        }
    }
}
