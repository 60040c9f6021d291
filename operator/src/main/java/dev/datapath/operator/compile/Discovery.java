package dev.datapath.operator.compile;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The addresses that were found behind names, by whoever watches DNS and EndpointSlices.
 *
 * @param hosts the addresses of each host name, as {@link dev.datapath.operator.net.HostName#toString} writes it; a name that is missing was not looked up yet
 * @param services what each Service of the namespace stands for, by {@code name:port}
 * @param unreadable why Secrets and ConfigMaps cannot be read, by {@code Kind namespace/name}
 * @param own where the gateways of the DataPath listen themselves, with a name for each place, as far as it is known beforehand
 */
public record Discovery(
        Map<String, Lookup> hosts,
        Map<String, Lookup> services,
        Map<String, String> unreadable,
        Map<Socket, String> own) {

    /** A look-up of a Service keeps so many endpoints. A pool has fewer, of which some may be addresses that no node can have. */
    public static final int MAX_ENDPOINTS = 2 * NodeCompiler.MAX_NODES;

    /** Nothing was looked up. */
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

    /** The same for gateways that listen there. */
    public Discovery withOwn(Map<Socket, String> listeners) {
        return new Discovery(hosts, services, unreadable, listeners);
    }

    /**
     * A place to connect to.
     *
     * @param address IP address, in the spelling of {@link dev.datapath.operator.net.IpAddress#toString}
     * @param port TCP port
     */
    public record Socket(String address, int port) {}

    /**
     * Result of one look-up.
     *
     * @param endpoints the last good answer, sorted; may be from before the failure
     * @param failure why the last look-up failed, or null when it did not
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
     * @param port TCP port; 0 for a host name, whose port stands in the pool
     * @param zone from the EndpointSlice, or empty
     */
    public record Endpoint(String name, String address, int port, String zone) {}
}
