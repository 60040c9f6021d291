package dev.datapath.operator.standalone;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How one gateway is started. A running process fits when it was started with an equal specification.
 *
 * @param id the gateway
 * @param directory its private directory, which contains the bootstrap, the admin socket and the logs
 * @param binary Envoy
 * @param arguments all arguments; they name the bootstrap file in the directory
 * @param bootstrap content of the bootstrap file
 * @param drainTimeout the longest transfer that survives a stop
 */
record GatewaySpec(
        GatewayId id, Path directory, Path binary, List<String> arguments, String bootstrap, Duration drainTimeout) {

    private static final String FLUSH_MILLIS = "1000";
    private static final String CONFIG_PATH = "--config-path";
    private static final String BOOTSTRAP = "bootstrap.json";

    static final String DRAIN_TIME = "--drain-time-s";
    static final String ADMIN_SOCKET = "admin.sock";

    GatewaySpec {
        arguments = List.copyOf(arguments);
    }

    /**
     * The specification of a gateway.
     *
     * <p>{@code --disable-hot-restart}, because a second Envoy on the machine would otherwise conflict with the first
     * in shared memory. {@code --drain-time-s} is the time after which a change of a listener aborts requests on the
     * old one. {@code --drain-strategy immediate} notifies every client with its next response, not only some of them,
     * that the connection closes. {@code --file-flush-interval-msec} is the delay of log writes: Envoy's default of 10
     * s is too long for the reason of a failed health check.
     *
     * @param workers Envoy's worker threads; limits per node are exact with one
     */
    static GatewaySpec of(
            GatewayId id, Path directory, Path binary, int workers, String bootstrap, Duration drainTimeout) {
        var arguments = List.of(
                CONFIG_PATH,
                bootstrapFile(directory).toString(),
                "--concurrency",
                Integer.toString(workers),
                DRAIN_TIME,
                Long.toString(Math.max(1, drainTimeout.toSeconds())),
                "--drain-strategy",
                "immediate",
                "--disable-hot-restart",
                "--file-flush-interval-msec",
                FLUSH_MILLIS,
                "--log-level",
                "warning");
        return new GatewaySpec(id, directory, binary, arguments, bootstrap, drainTimeout);
    }

    /** Whether both start the same process. */
    boolean startsLike(GatewaySpec other) {
        return binary.equals(other.binary) && arguments.equals(other.arguments) && bootstrap.equals(other.bootstrap);
    }

    Path bootstrapFile() {
        return bootstrapFile(directory);
    }

    /** The socket of Envoy's admin interface. */
    Path adminSocket() {
        return directory.resolve(ADMIN_SOCKET);
    }

    static Path bootstrapFile(Path directory) {
        return directory.resolve(BOOTSTRAP);
    }

    /**
     * The directory of the gateway that was started with these arguments, in this version or an earlier one; empty for
     * other processes.
     */
    static Optional<Path> directory(List<String> arguments) {
        return arguments.size() > 1
                        && arguments.getFirst().equals(CONFIG_PATH)
                        && arguments.get(1).endsWith("/" + BOOTSTRAP)
                ? Optional.ofNullable(Path.of(arguments.get(1)).getParent())
                : Optional.empty();
    }
}
