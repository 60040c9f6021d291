package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.ContainerPorts;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the bootstrap: the identity of an Envoy process, its admin ports and its limits.
 *
 * @param gateway the gateway's name, {@code node.id}; empty when it is passed with {@code --service-node}
 * @param cluster {@code node.cluster}: the key under which its configuration is served
 * @param zone its zone, or empty
 * @param admin Unix socket of the admin interface, at most 107 bytes. Only the user of the process may open it: a client of the
 *     admin interface controls the gateway. It is never a TCP port, because a storage node can have any address and port
 * @param windows the parts of the admin interface that are exposed on ports
 * @param maxConnections limit of client connections; it is lowered when they do not fit into memory
 * @param memoryLimit memory limit of the process in bytes; null for none
 */
public record BootstrapSpec(
        String gateway,
        String cluster,
        String zone,
        Path admin,
        List<AdminWindow> windows,
        int maxConnections,
        @Nullable Long memoryLimit) {

    /** In a directory that only the gateway's container mounts. */
    private static final Path ADMIN_SOCKET = Path.of("/tmp/datapath-admin.sock");

    /**
     * The path of {@link #CHECK_EVENTS} on the metrics port of a pod: a served directory and the file's name. No other file of the
     * directory is exposed.
     */
    public static final String CHECK_EVENTS_PATH = "/files/datapath-check-events";

    /** Next to the admin socket, because a gateway of an older version has no other writable directory. */
    static final Path CHECK_EVENTS = Path.of("/tmp/datapath-check-events");

    public BootstrapSpec {
        windows = List.copyOf(windows);
    }

    /**
     * A port that exposes only some paths of the admin interface.
     *
     * @param name the listener's name
     * @param address IP address to bind
     * @param port TCP port
     * @param paths the exposed paths, matched exactly, with any query
     * @param checkEvents file that is served at {@link #CHECK_EVENTS_PATH}; null for none
     */
    public record AdminWindow(
            String name,
            String address,
            int port,
            List<String> paths,
            @Nullable Path checkEvents) {
        public AdminWindow {
            paths = List.copyOf(paths);
        }

        /** A port without a file. */
        public AdminWindow(String name, String address, int port, List<String> paths) {
            this(name, address, port, paths, null);
        }
    }

    /**
     * A gateway in a pod. All pods of a DataPath have the same bootstrap, so they get their names from the command line. The probe
     * port only exposes readiness. A NetworkPolicy restricts who may read metrics and node states.
     */
    public static BootstrapSpec pod(String cluster, int maxConnections, @Nullable Long memoryLimit) {
        var any = "0.0.0.0";
        return new BootstrapSpec(
                "",
                cluster,
                "",
                ADMIN_SOCKET,
                List.of(
                        new AdminWindow("probe", any, ContainerPorts.PROBE, List.of("/ready")),
                        new AdminWindow(
                                "metrics",
                                any,
                                ContainerPorts.METRICS,
                                List.of("/stats/prometheus", "/clusters"),
                                CHECK_EVENTS)),
                maxConnections,
                memoryLimit);
    }
}
