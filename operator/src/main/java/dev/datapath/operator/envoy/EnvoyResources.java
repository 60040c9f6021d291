package dev.datapath.operator.envoy;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.util.List;

/**
 * All that a gateway is served over xDS, each list by name.
 *
 * @param listeners change only when a DataPath's listeners do: a changed listener drains its connections
 * @param routes one configuration per listener, of the same name
 * @param clusters one per pool, one per pool and base domain that checks whether the store knows the domain, and those that
 *     never have a node
 * @param endpoints one assignment per cluster, empty when no node is known
 * @param secrets certificates with keys, and authorities
 */
public record EnvoyResources(
        List<Part<Listener>> listeners,
        List<Part<RouteConfiguration>> routes,
        List<Part<Cluster>> clusters,
        List<Part<ClusterLoadAssignment>> endpoints,
        List<Part<Secret>> secrets) {

    public EnvoyResources {
        listeners = List.copyOf(listeners);
        routes = List.copyOf(routes);
        clusters = List.copyOf(clusters);
        endpoints = List.copyOf(endpoints);
        secrets = List.copyOf(secrets);
    }

    /** The same with other endpoints. */
    EnvoyResources withEndpoints(List<Part<ClusterLoadAssignment>> others) {
        return new EnvoyResources(listeners, routes, clusters, others, secrets);
    }
}
