package dev.datapath.operator.xds;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The types of resources that gateways fetch, in make-before-break order: a listener or a route may be sent to a
 * gateway only when the clusters that it names exist there with their endpoints.
 */
public enum ResourceType {
    SECRET("envoy.extensions.transport_sockets.tls.v3.Secret", false),
    RUNTIME("envoy.service.runtime.v3.Runtime", false),
    CLUSTER("envoy.config.cluster.v3.Cluster", true),
    ENDPOINT("envoy.config.endpoint.v3.ClusterLoadAssignment", false),
    LISTENER("envoy.config.listener.v3.Listener", true),
    ROUTE("envoy.config.route.v3.RouteConfiguration", false);

    private static final Map<String, ResourceType> BY_URL =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(ResourceType::typeUrl, Function.identity()));

    private final String typeUrl;
    private final boolean complete;

    ResourceType(String message, boolean complete) {
        this.typeUrl = "type.googleapis.com/" + message;
        this.complete = complete;
    }

    /** The type URL in discovery requests and in {@code Any}. */
    public String typeUrl() {
        return typeUrl;
    }

    /**
     * Whether a response lists every resource, which deletes absent ones (CDS and LDS). The other types are requested
     * by name, and a response may contain only some of the names.
     */
    boolean complete() {
        return complete;
    }

    static @Nullable ResourceType of(String typeUrl) {
        return BY_URL.get(typeUrl);
    }
}
