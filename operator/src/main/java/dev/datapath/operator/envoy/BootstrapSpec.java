package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.ContainerPorts;
import java.nio.file.Path;
import java.util.List;

/**
 * What an Envoy process has before it has a configuration: who it is, and what others may see of it.
 *
 * @param gateway the gateway's name, {@code node.id}, or empty when Envoy is told with {@code --service-node}
 * @param cluster {@code node.cluster}: the key its configuration is served under
 * @param zone where it runs, or empty
 * @param admin where the admin interface is; whoever reaches it owns the gateway
 * @param windows the parts of the admin interface that are open to others
 * @param maxConnections client connections before further ones are refused
 */
public record BootstrapSpec(
        String gateway,
        String cluster,
        String zone,
        AdminAddress admin,
        List<AdminWindow> windows,
        int maxConnections) {

    public BootstrapSpec {
        windows = List.copyOf(windows);
    }

    /** Where Envoy's admin interface listens. */
    public sealed interface AdminAddress {
        /**
         * A unix socket that only the user of the process may open.
         *
         * @param path at most 107 bytes
         */
        record Socket(Path path) implements AdminAddress {}

        /** A TCP port on the loopback interface, for a gateway that is alone in its network namespace. */
        record Loopback(int port) implements AdminAddress {}
    }

    /**
     * A port that shows some paths of the admin interface and nothing else of it.
     *
     * @param name the listener's name
     * @param address IP address to bind
     * @param port TCP port
     * @param paths shown exactly so, with any query
     */
    public record AdminWindow(String name, String address, int port, List<String> paths) {
        public AdminWindow {
            paths = List.copyOf(paths);
        }
    }

    /**
     * A gateway in a pod. All pods of a DataPath start alike, so they get their names from the command line. Kubelet sees
     * only whether the gateway is ready; who may read metrics and the state of the nodes is for a NetworkPolicy to say.
     */
    public static BootstrapSpec pod(String cluster, int maxConnections) {
        var any = "0.0.0.0";
        return new BootstrapSpec(
                "",
                cluster,
                "",
                new AdminAddress.Loopback(ContainerPorts.ADMIN),
                List.of(
                        new AdminWindow("probe", any, ContainerPorts.PROBE, List.of("/ready")),
                        new AdminWindow(
                                "metrics", any, ContainerPorts.METRICS, List.of("/stats/prometheus", "/clusters"))),
                maxConnections);
    }
}
