package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.ContainerPorts;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an Envoy process has before it has a configuration: who it is, and what others may see of it.
 *
 * @param gateway the gateway's name, {@code node.id}, or empty when Envoy is told with {@code --service-node}
 * @param cluster {@code node.cluster}: the key its configuration is served under
 * @param zone where it runs, or empty
 * @param admin Unix socket of the admin interface, at most 107 bytes. Only the user of the process may open it: a client of the
 *     admin interface controls the gateway. It is never a TCP port, because a storage node can have any address and port
 * @param windows the parts of the admin interface that are open to others
 * @param maxConnections client connections before further ones are refused; fewer when they do not fit into memory
 * @param memoryLimit bytes that the process may use; null when nothing bounds it
 */
public record BootstrapSpec(
        String gateway,
        String cluster,
        String zone,
        Path admin,
        List<AdminWindow> windows,
        int maxConnections,
        @Nullable Long memoryLimit) {

    /** In a directory of the pod that only the gateway's container mounts. */
    private static final Path ADMIN_SOCKET = Path.of("/tmp/datapath-admin.sock");

    /**
     * What the metrics port of a pod shows {@link #CHECK_EVENTS} as: a directory that is served, and the file's name. Nothing else
     * of the directory is shown.
     */
    public static final String CHECK_EVENTS_PATH = "/files/datapath-check-events";

    /** Beside the admin interface, because a gateway of an older version has no other directory to write to. */
    static final Path CHECK_EVENTS = Path.of("/tmp/datapath-check-events");

    public BootstrapSpec {
        windows = List.copyOf(windows);
    }

    /**
     * A port that shows some paths of the admin interface and nothing else of it.
     *
     * @param name the listener's name
     * @param address IP address to bind
     * @param port TCP port
     * @param paths shown exactly so, with any query
     * @param checkEvents file that is shown at {@link #CHECK_EVENTS_PATH}; null for none
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

        /** A port that shows no file. */
        public AdminWindow(String name, String address, int port, List<String> paths) {
            this(name, address, port, paths, null);
        }
    }

    /**
     * A gateway in a pod. All pods of a DataPath start alike, so they get their names from the command line. Kubelet sees
     * only whether the gateway is ready; who may read metrics and the state of the nodes is for a NetworkPolicy to say.
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
