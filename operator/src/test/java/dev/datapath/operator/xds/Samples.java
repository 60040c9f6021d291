package dev.datapath.operator.xds;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import java.util.List;
import java.util.Set;

/** Minimal resources. */
final class Samples {
    /** Every snapshot has this runtime layer: the response to a request for it follows all earlier responses. */
    static final String FENCE = "fence";

    private Samples() {}

    static ConfigSource ads() {
        return ConfigSource.newBuilder()
                .setResourceApiVersion(ApiVersion.V3)
                .setAds(AggregatedConfigSource.getDefaultInstance())
                .build();
    }

    static Snapshot.Builder snapshot() {
        return Snapshot.builder().add(Runtime.newBuilder().setName(FENCE).build());
    }

    /** Clusters with their endpoints, one listener, and its routes to all of the clusters. */
    static Snapshot gateway(String... clusters) {
        return gatewayWith(snapshot(), 1, clusters);
    }

    static Snapshot gatewayWith(Snapshot.Builder snapshot, int connectTimeoutSeconds, String... clusters) {
        for (var name : clusters) {
            snapshot.add(cluster(name, connectTimeoutSeconds)).add(endpoints(name, 9001));
        }
        return snapshot.add(listener("s3", "main"))
                .add(routes("main", clusters))
                .build();
    }

    static Cluster cluster(String name, int connectTimeoutSeconds) {
        return Cluster.newBuilder()
                .setName(name)
                .setType(Cluster.DiscoveryType.EDS)
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ads()))
                .setConnectTimeout(Duration.newBuilder().setSeconds(connectTimeoutSeconds))
                .build();
    }

    static ClusterLoadAssignment endpoints(String cluster, int... ports) {
        var locality = LocalityLbEndpoints.newBuilder();
        for (int port : ports) {
            locality.addLbEndpoints(
                    LbEndpoint.newBuilder().setEndpoint(Endpoint.newBuilder().setAddress(address(port))));
        }
        return ClusterLoadAssignment.newBuilder()
                .setClusterName(cluster)
                .addEndpoints(locality)
                .build();
    }

    static Resource listener(String name, String routes) {
        return listener(name, routes, 10000);
    }

    static Resource listener(String name, String routes, int port) {
        var manager = HttpConnectionManager.newBuilder()
                .setStatPrefix(name)
                .setRds(Rds.newBuilder().setRouteConfigName(routes).setConfigSource(ads()))
                .build();
        var listener = Listener.newBuilder()
                .setName(name)
                .setAddress(address(port))
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filter.newBuilder()
                                .setName("envoy.filters.network.http_connection_manager")
                                .setTypedConfig(Any.pack(manager))))
                .build();
        return Resource.of(listener, new Resource.References(Set.of(), Set.of(routes), Set.of(), Set.of()));
    }

    /** The listeners, as {@code name:port}, with shared routes and all resources that they need. */
    static Snapshot listeners(String... namesAndPorts) {
        var snapshot = snapshot().add(cluster("a", 1)).add(endpoints("a", 9001)).add(routes("main", "a"));
        for (var listener : namesAndPorts) {
            var parts = listener.split(":");
            snapshot.add(listener(parts[0], "main", Integer.parseInt(parts[1])));
        }
        return snapshot.build();
    }

    static Resource tcpListener(String name, String cluster) {
        var proxy =
                TcpProxy.newBuilder().setStatPrefix(name).setCluster(cluster).build();
        var listener = Listener.newBuilder()
                .setName(name)
                .setAddress(address(10001))
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filter.newBuilder()
                                .setName("envoy.filters.network.tcp_proxy")
                                .setTypedConfig(Any.pack(proxy))))
                .build();
        return Resource.of(listener, new Resource.References(Set.of(cluster), Set.of(), Set.of(), Set.of()));
    }

    static Resource routes(String name, String... clusters) {
        var host = VirtualHost.newBuilder().setName("all").addDomains("*");
        for (var cluster : clusters) {
            host.addRoutes(Route.newBuilder()
                    .setMatch(RouteMatch.newBuilder().setPrefix("/" + cluster + "/"))
                    .setRoute(RouteAction.newBuilder().setCluster(cluster)));
        }
        var configuration = RouteConfiguration.newBuilder()
                .setName(name)
                .addVirtualHosts(host)
                .build();
        return Resource.of(configuration, Set.copyOf(List.of(clusters)));
    }

    static Secret secret(String name, String content) {
        return Secret.newBuilder()
                .setName(name)
                .setGenericSecret(GenericSecret.newBuilder()
                        .setSecret(DataSource.newBuilder().setInlineString(content)))
                .build();
    }

    static List<Integer> ports(ClusterLoadAssignment endpoints) {
        return endpoints.getEndpointsList().stream()
                .flatMap(locality -> locality.getLbEndpointsList().stream())
                .map(endpoint ->
                        endpoint.getEndpoint().getAddress().getSocketAddress().getPortValue())
                .toList();
    }

    private static Address address(int port) {
        return Address.newBuilder()
                .setSocketAddress(
                        SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(port))
                .build();
    }
}
