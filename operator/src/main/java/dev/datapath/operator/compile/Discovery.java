package dev.datapath.operator.compile;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The resolved addresses of host names and Services, from DNS and EndpointSlices.
 *
 * @param hosts the addresses of each host name, in the form of {@link dev.datapath.operator.net.HostName#toString}; a missing name
 *     is not resolved yet
 * @param services the endpoints of each Service of the namespace, by {@code name:port}
 * @param unreadable why Secrets and ConfigMaps cannot be read, by {@code Kind namespace/name}
 * @param own the sockets on which the gateways of the DataPath listen, each with a description, as far as they are known in advance
 */
public record Discovery(
        Map<String, Lookup> hosts,
        Map<String, Lookup> services,
        Map<String, String> unreadable,
        Map<Socket, String> own) {

    /**
     * Maximum number of endpoints kept for a Service. A pool has fewer nodes, because some endpoints may have addresses that no
     * node can have.
     */
    public static final int MAX_ENDPOINTS = 2 * NodeCompiler.MAX_NODES;

    /** Nothing is resolved. */
    public static final Discovery NONE = new Discovery(Map.of(), Map.of());

    /** Every Secret and ConfigMap could be read. */
    public Discovery(Map<String, Lookup> hosts, Map<String, Lookup> services) {
        this(hosts, services, Map.of(), Map.of());
    }

    public Discovery {
        hosts = Map.copyOf(hosts);
        services = Map.copyOf(services);
        unreadable = Map.copyOf(unreadable);
        own = Map.copyOf(own);
    }

    /** A copy for gateways that listen on these sockets. */
    public Discovery withOwn(Map<Socket, String> listeners) {
        return new Discovery(hosts, services, unreadable, listeners);
    }

    /**
     * An IP address and port.
     *
     * @param address IP address, in the form of {@link dev.datapath.operator.net.IpAddress#toString}
     * @param port TCP port
     */
    public record Socket(String address, int port) {}

    /**
     * Result of resolving one name.
     *
     * @param endpoints the last good answer, sorted; may be older than the failure
     * @param failure why the last attempt failed; null when it succeeded
     */
    public record Lookup(List<Endpoint> endpoints, @Nullable String failure) {
        public Lookup {
            endpoints = List.copyOf(endpoints);
        }
    }

    /**
     * One address.
     *
     * @param name stable name of the node: the pod or the address
     * @param address IP address
     * @param port TCP port; 0 for a host name, whose port is declared in the pool
     * @param zone from the EndpointSlice, or empty
     */
    public record Endpoint(String name, String address, int port, String zone) {}
}
