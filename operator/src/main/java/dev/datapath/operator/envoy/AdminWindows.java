package dev.datapath.operator.envoy;

import io.envoyproxy.envoy.config.bootstrap.v3.Admin;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Pipe;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.nio.file.Path;
import java.util.List;

/** Envoy's admin interface, and the ports that show parts of it. */
final class AdminWindows {

    private static final String CLUSTER = "admin";
    private static final int OWNER_ONLY = 0600;

    private AdminWindows() {}

    static Admin admin(Path socket) {
        return Admin.newBuilder()
                .setAddress(pipe(Pipe.newBuilder().setPath(socket.toString()).setMode(OWNER_ONLY)))
                .build();
    }

    /** Leads to the admin interface. */
    static Cluster cluster(Path socket) {
        return Bootstrap.cluster(CLUSTER, pipe(socket));
    }

    static List<Listener> listeners(List<BootstrapSpec.AdminWindow> windows) {
        return windows.stream().map(AdminWindows::listener).toList();
    }

    private static Listener listener(BootstrapSpec.AdminWindow window) {
        var host = VirtualHost.newBuilder().setName(window.name()).addDomains("*");
        for (var path : window.paths()) {
            host.addRoutes(Route.newBuilder()
                    .setMatch(RouteMatch.newBuilder().setPath(path))
                    .setRoute(RouteAction.newBuilder().setCluster(CLUSTER)));
        }
        var connections = HttpConnectionManager.newBuilder()
                .setStatPrefix(window.name())
                .setRouteConfig(
                        RouteConfiguration.newBuilder().setName(window.name()).addVirtualHosts(host))
                .addHttpFilters(HttpFilter.newBuilder()
                        .setName("envoy.filters.http.router")
                        .setTypedConfig(Protos.any(Router.getDefaultInstance())));
        return Listener.newBuilder()
                // Envoy does not serve a listener that has the name of one of its bootstrap: no DataPath's has a slash.
                .setName(CLUSTER + "/" + window.name())
                .setAddress(EndpointRenderer.address(window.address(), window.port()))
                // Must answer also when clients use up all connections.
                .setIgnoreGlobalConnLimit(true)
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filter.newBuilder()
                                .setName("envoy.filters.network.http_connection_manager")
                                .setTypedConfig(Protos.any(connections.build()))))
                .build();
    }

    /** The address of a Unix domain socket. */
    static Address pipe(Path path) {
        return pipe(Pipe.newBuilder().setPath(path.toString()));
    }

    private static Address pipe(Pipe.Builder pipe) {
        return Address.newBuilder().setPipe(pipe).build();
    }
}
