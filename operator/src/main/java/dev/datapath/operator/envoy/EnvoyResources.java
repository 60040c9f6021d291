package dev.datapath.operator.envoy;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.util.List;

/**
 * All xDS resources of a gateway, each list sorted by name.
 *
 * @param listeners change only when the listeners of the DataPath change, because a changed listener drains its connections
 * @param routes one route configuration per listener, with the same name
 * @param clusters one per pool, one per pool and base domain that checks whether the store is configured with the domain, and those
 *     without nodes
 * @param endpoints one assignment per cluster, empty when no node is known
 * @param secrets certificates with keys, and CA bundles
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

    /** A copy with other endpoints. */
    EnvoyResources withEndpoints(List<Part<ClusterLoadAssignment>> others) {
        return new EnvoyResources(listeners, routes, clusters, others, secrets);
    }
}
