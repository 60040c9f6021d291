package dev.datapath.operator.envoy;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import io.envoyproxy.envoy.config.bootstrap.v3.Admin;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Pipe;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.CodecType;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Envoy's admin interface, and the ports that expose parts of it. These ports are excluded from the connection limit of a gateway,
 * because they must answer when clients use all connections. They have small limits of their own. Their clients (kubelet,
 * Prometheus and the operator) send a request at once and read the response. Slower clients are disconnected before kubelet would
 * count the gateway as not ready, which takes two failed probes at an interval of five seconds.
 */
final class AdminWindows {

    private static final String CLUSTER = "admin";
    private static final String FILES = "files";
    private static final int OWNER_ONLY = 0600;

    /** Connection limit of one port. Further connections are closed at once. */
    private static final int MAX_CONNECTIONS = 256;
    /** Time until the first or next request starts. A later scraper reconnects. */
    private static final Duration IDLE = Duration.ofSeconds(3);
    /** Time until a request is complete. */
    private static final Duration REQUEST = Duration.ofSeconds(3);
    /** Time that a client may pause reading. */
    private static final Duration STALL = Duration.ofSeconds(10);
    /** Time for a whole response. The largest, 13 MB for a thousand pools, takes seconds. */
    private static final Duration ANSWER = Duration.ofMinutes(1);

    private static final int HEADERS_KIB = 16;
    private static final int BUFFER_BYTES = 32 << 10;

    private AdminWindows() {}

    static Admin admin(Path socket) {
        return Admin.newBuilder()
                .setAddress(pipe(Pipe.newBuilder().setPath(socket.toString()).setMode(OWNER_ONLY)))
                .build();
    }

    /** The cluster of the admin interface. */
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
        if (window.checkEvents() != null) {
            host.addRoutes(file());
        }
        var connections = HttpConnectionManager.newBuilder()
                .setStatPrefix(window.name())
                // HTTP/2 would allow many requests on one connection.
                .setCodecType(CodecType.HTTP1)
                .setCommonHttpProtocolOptions(HttpProtocolOptions.newBuilder()
                        .setIdleTimeout(Protos.duration(IDLE))
                        .setMaxStreamDuration(Protos.duration(ANSWER)))
                .setRequestHeadersTimeout(Protos.duration(REQUEST))
                .setRequestTimeout(Protos.duration(REQUEST))
                .setStreamIdleTimeout(Protos.duration(STALL))
                .setMaxRequestHeadersKb(UInt32Value.of(HEADERS_KIB))
                .setRouteConfig(
                        RouteConfiguration.newBuilder().setName(window.name()).addVirtualHosts(host));
        if (window.checkEvents() != null) {
            connections.addHttpFilters(files(window.checkEvents()));
        }
        connections.addHttpFilters(HttpFilter.newBuilder()
                .setName("envoy.filters.http.router")
                .setTypedConfig(Protos.any(Router.getDefaultInstance())));
        return Listener.newBuilder()
                // Envoy ignores a dynamic listener with the name of a bootstrap listener. Names of DataPath listeners
                // have no slash.
                .setName(CLUSTER + "/" + window.name())
                .setAddress(EndpointRenderer.address(window.address(), window.port()))
                // Must answer when clients use all connections.
                .setIgnoreGlobalConnLimit(true)
                .setPerConnectionBufferLimitBytes(UInt32Value.of(BUFFER_BYTES))
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filter.newBuilder()
                                .setName("envoy.filters.network.connection_limit")
                                .setTypedConfig(Protos.any(ConnectionLimit.newBuilder()
                                        .setStatPrefix(window.name())
                                        .setMaxConnections(UInt64Value.of(MAX_CONNECTIONS))
                                        .build())))
                        .addFilters(Filter.newBuilder()
                                .setName("envoy.filters.network.http_connection_manager")
                                .setTypedConfig(Protos.any(connections.build()))))
                .build();
    }

    private static Route file() {
        return Route.newBuilder()
                .setMatch(RouteMatch.newBuilder().setPath(BootstrapSpec.CHECK_EVENTS_PATH))
                .setDirectResponse(DirectResponseAction.newBuilder().setStatus(404))
                .putTypedPerFilterConfig(
                        FILES,
                        Protos.any(FilterConfig.newBuilder()
                                .setConfig(Any.getDefaultInstance())
                                .build()))
                .build();
    }

    /**
     * Serves files. It is enabled on a single route, whose path is that of one file. Envoy marks this filter as work in progress.
     * Written as JSON because it is newer than the API library.
     */
    private static HttpFilter files(Path file) {
        var served = BootstrapSpec.CHECK_EVENTS_PATH.substring(0, BootstrapSpec.CHECK_EVENTS_PATH.lastIndexOf('/'));
        var json = """
                {"manager_config": {"thread_pool": {"thread_count": 1}},
                 "path_mappings": [{"request_path_prefix": "%s", "file_path_prefix": "%s"}],
                 "default_content_type": "application/json"}
                """.formatted(served, file.getParent());
        return HttpFilter.newBuilder()
                .setName(FILES)
                .setDisabled(true)
                .setTypedConfig(Protos.any(
                        Protos.typedStruct("envoy.extensions.filters.http.file_server.v3.FileServerConfig", json)))
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
