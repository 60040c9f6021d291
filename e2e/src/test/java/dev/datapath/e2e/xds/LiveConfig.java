package dev.datapath.e2e.xds;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import dev.datapath.operator.xds.Resource;
import dev.datapath.operator.xds.Snapshot;
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
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import java.util.Set;

/** Configurations that differ in one thing: all traffic goes to one cluster, and {@code /probe} tells the version. */
public record LiveConfig(
        int port, String cluster, int backendPort, int connectTimeoutSeconds, String probe, int hosts) {

    LiveConfig withProbe(String value) {
        return new LiveConfig(port, cluster, backendPort, connectTimeoutSeconds, value, hosts);
    }

    LiveConfig withConnectTimeout(int seconds) {
        return new LiveConfig(port, cluster, backendPort, seconds, probe, hosts);
    }

    LiveConfig withCluster(String name) {
        return new LiveConfig(port, name, backendPort, connectTimeoutSeconds, probe, hosts);
    }

    /** Two virtual hosts for the same domain are refused by Envoy. */
    LiveConfig withHosts(int count) {
        return new LiveConfig(port, cluster, backendPort, connectTimeoutSeconds, probe, count);
    }

    /** What an operator publishes. */
    public Snapshot snapshot() {
        return Snapshot.builder()
                .add(clusterResource())
                .add(endpoints())
                .add(Resource.of(listener(), new Resource.References(Set.of(), Set.of("main"), Set.of(), Set.of())))
                .add(Resource.of(routes(), Set.of(cluster)))
                .build();
    }

    /** The same with another listener in place of its own, which Envoy refuses because it does nothing. */
    Snapshot snapshotWithBadListener() {
        return Snapshot.builder()
                .add(clusterResource())
                .add(endpoints())
                .add(Resource.of(
                        Listener.newBuilder()
                                .setName("bad")
                                .setAddress(address(port))
                                .build(),
                        Resource.References.NONE))
                .build();
    }

    private Cluster clusterResource() {
        return Cluster.newBuilder()
                .setName(cluster)
                .setType(Cluster.DiscoveryType.EDS)
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(ads()))
                .setConnectTimeout(Duration.newBuilder().setSeconds(connectTimeoutSeconds))
                .build();
    }

    private ClusterLoadAssignment endpoints() {
        var endpoint = LbEndpoint.newBuilder().setEndpoint(Endpoint.newBuilder().setAddress(address(backendPort)));
        return ClusterLoadAssignment.newBuilder()
                .setClusterName(cluster)
                .addEndpoints(LocalityLbEndpoints.newBuilder().addLbEndpoints(endpoint))
                .build();
    }

    private Listener listener() {
        var manager = HttpConnectionManager.newBuilder()
                .setStatPrefix("s3")
                .setRds(Rds.newBuilder().setRouteConfigName("main").setConfigSource(ads()))
                .addHttpFilters(HttpFilter.newBuilder()
                        .setName("envoy.filters.http.router")
                        .setTypedConfig(Any.pack(Router.getDefaultInstance())));
        return Listener.newBuilder()
                .setName("s3")
                .setAddress(address(port))
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filter.newBuilder()
                                .setName("envoy.filters.network.http_connection_manager")
                                .setTypedConfig(Any.pack(manager.build()))))
                .build();
    }

    private RouteConfiguration routes() {
        var routes = RouteConfiguration.newBuilder().setName("main");
        for (int i = 0; i < hosts; i++) {
            routes.addVirtualHosts(VirtualHost.newBuilder()
                    .setName("host-" + i)
                    .addDomains("*")
                    .addRoutes(Route.newBuilder()
                            .setMatch(RouteMatch.newBuilder().setPath("/probe"))
                            .setDirectResponse(DirectResponseAction.newBuilder()
                                    .setStatus(200)
                                    .setBody(DataSource.newBuilder().setInlineString(probe))))
                    .addRoutes(Route.newBuilder()
                            .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                            .setRoute(RouteAction.newBuilder().setCluster(cluster))));
        }
        return routes.build();
    }

    static ConfigSource ads() {
        return ConfigSource.newBuilder()
                .setResourceApiVersion(ApiVersion.V3)
                .setAds(AggregatedConfigSource.getDefaultInstance())
                .build();
    }

    static Address address(int port) {
        return Address.newBuilder()
                .setSocketAddress(
                        SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(port))
                .build();
    }
}
