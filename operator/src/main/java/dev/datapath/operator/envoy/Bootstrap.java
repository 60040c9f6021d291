package dev.datapath.operator.envoy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.bootstrap.v3.Admin;
import io.envoyproxy.envoy.config.bootstrap.v3.LayeredRuntime;
import io.envoyproxy.envoy.config.bootstrap.v3.RuntimeLayer;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.core.v3.PathConfigSource;
import io.envoyproxy.envoy.config.core.v3.Pipe;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.overload.v3.OverloadManager;
import io.envoyproxy.envoy.config.overload.v3.ResourceMonitor;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.nio.file.Path;
import java.time.Duration;

/** The file that an Envoy process starts from. */
public final class Bootstrap {

    /**
     * Bound on one expression, in RE2's instructions. The one that tells S3 subresources apart has about 200, and Envoy's
     * default of 100 would reject it.
     */
    private static final int MAX_EXPRESSION_SIZE = 10_000;

    private static final String ADMIN_CLUSTER = "admin";
    private static final String OPERATOR_CLUSTER = "operator";

    private final BootstrapSpec spec;

    private Bootstrap(BootstrapSpec spec) {
        this.spec = spec;
    }

    /** The bootstrap as JSON, which Envoy reads as it reads YAML. */
    public static String json(BootstrapSpec spec) {
        var types = TypeRegistry.newBuilder()
                .add(HttpConnectionManager.getDescriptor())
                .add(Router.getDescriptor())
                .add(UpstreamTlsContext.getDescriptor())
                .add(HttpProtocolOptions.getDescriptor())
                .add(DownstreamConnectionsConfig.getDescriptor())
                .build();
        try {
            return JsonFormat.printer()
                    .usingTypeRegistry(types)
                    .preservingProtoFieldNames()
                    .print(new Bootstrap(spec).message());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the bootstrap holds a type that is not registered", e);
        }
    }

    private io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap message() {
        return io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.newBuilder()
                .setNode(Node.newBuilder()
                        .setId(spec.gateway())
                        .setCluster(spec.cluster())
                        .setLocality(Locality.newBuilder().setZone(spec.zone())))
                .setAdmin(Admin.newBuilder().setAddress(pipe(0600)))
                .setDynamicResources(dynamicResources())
                .setLayeredRuntime(LayeredRuntime.newBuilder()
                        .addLayers(RuntimeLayer.newBuilder()
                                .setName("datapath")
                                .setStaticLayer(Struct.newBuilder()
                                        .putFields(
                                                "re2.max_program_size.error_level",
                                                Value.newBuilder()
                                                        .setNumberValue(MAX_EXPRESSION_SIZE)
                                                        .build()))))
                .setStaticResources(io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.StaticResources.newBuilder()
                        .addClusters(operatorCluster())
                        .addClusters(cluster(ADMIN_CLUSTER, pipe(0)))
                        .addListeners(metricsListener()))
                .setOverloadManager(OverloadManager.newBuilder()
                        .setRefreshInterval(Protos.duration(Duration.ofMillis(250)))
                        .addResourceMonitors(ResourceMonitor.newBuilder()
                                .setName("envoy.resource_monitors.global_downstream_max_connections")
                                .setTypedConfig(Protos.any(DownstreamConnectionsConfig.newBuilder()
                                        .setMaxActiveDownstreamConnections(spec.maxConnections())
                                        .build()))))
                .build();
    }

    private static io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.DynamicResources dynamicResources() {
        // Without a limit on the first fetch a gateway is ready only once it has its configuration.
        var complete = ConfigSource.newBuilder()
                .setAds(AggregatedConfigSource.getDefaultInstance())
                .setResourceApiVersion(ApiVersion.V3)
                .setInitialFetchTimeout(Protos.duration(Duration.ZERO));
        return io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.DynamicResources.newBuilder()
                .setLdsConfig(complete)
                .setCdsConfig(complete)
                .setAdsConfig(ApiConfigSource.newBuilder()
                        .setApiType(ApiConfigSource.ApiType.GRPC)
                        .setTransportApiVersion(ApiVersion.V3)
                        // The node's list of extensions is 61 KB: once is enough.
                        .setSetNodeOnFirstMessageOnly(true)
                        .addGrpcServices(GrpcService.newBuilder()
                                .setEnvoyGrpc(GrpcService.EnvoyGrpc.newBuilder().setClusterName(OPERATOR_CLUSTER))))
                .build();
    }

    private Cluster operatorCluster() {
        var keepalive = KeepaliveSettings.newBuilder()
                .setInterval(Protos.duration(Duration.ofSeconds(5)))
                .setTimeout(Protos.duration(Duration.ofSeconds(2)));
        var cluster =
                cluster(OPERATOR_CLUSTER, EndpointRenderer.address(spec.operatorHost(), spec.operatorPort()))
                        .toBuilder()
                        .setType(Cluster.DiscoveryType.STRICT_DNS)
                        .putTypedExtensionProtocolOptions(
                                "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                                Protos.any(HttpProtocolOptions.newBuilder()
                                        .setExplicitHttpConfig(HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
                                                .setHttp2ProtocolOptions(Http2ProtocolOptions.newBuilder()
                                                        .setConnectionKeepalive(keepalive)))
                                        .build()));
        var tls = spec.operatorTls();
        if (tls != null) {
            cluster.setTransportSocket(TransportSocket.newBuilder()
                    .setName("envoy.transport_sockets.tls")
                    .setTypedConfig(Protos.any(operatorTls(tls))));
        }
        return cluster.build();
    }

    private static UpstreamTlsContext operatorTls(BootstrapSpec.OperatorTls tls) {
        var name = SubjectAltNameMatcher.newBuilder()
                .setSanType(SubjectAltNameMatcher.SanType.DNS)
                .setMatcher(StringMatcher.newBuilder().setExact(tls.serverName()));
        return UpstreamTlsContext.newBuilder()
                .setSni(tls.serverName())
                .setCommonTlsContext(CommonTlsContext.newBuilder()
                        .addAlpnProtocols("h2")
                        .setTlsParams(TlsParameters.newBuilder()
                                .setTlsMinimumProtocolVersion(TlsProtocol.TLSv1_3)
                                .setTlsMaximumProtocolVersion(TlsProtocol.TLSv1_3))
                        .addTlsCertificateSdsSecretConfigs(file("operator-client", tls.certificateSds()))
                        .setCombinedValidationContext(CombinedCertificateValidationContext.newBuilder()
                                .setDefaultValidationContext(CertificateValidationContext.newBuilder()
                                        .addMatchTypedSubjectAltNames(name))
                                .setValidationContextSdsSecretConfig(
                                        file("operator-authorities", tls.authoritiesSds()))))
                .build();
    }

    private static SdsSecretConfig file(String name, Path path) {
        return SdsSecretConfig.newBuilder()
                .setName(name)
                .setSdsConfig(ConfigSource.newBuilder()
                        .setResourceApiVersion(ApiVersion.V3)
                        .setPathConfigSource(PathConfigSource.newBuilder().setPath(path.toString())))
                .build();
    }

    /** Readiness and metrics, and nothing else of the admin interface. */
    private Listener metricsListener() {
        var host = VirtualHost.newBuilder().setName("metrics").addDomains("*");
        for (var path : new String[] {"/ready", "/stats/prometheus"}) {
            host.addRoutes(Route.newBuilder()
                    .setMatch(RouteMatch.newBuilder().setPath(path))
                    .setRoute(RouteAction.newBuilder().setCluster(ADMIN_CLUSTER)));
        }
        var connections = HttpConnectionManager.newBuilder()
                .setStatPrefix("metrics")
                .setRouteConfig(
                        RouteConfiguration.newBuilder().setName("metrics").addVirtualHosts(host))
                .addHttpFilters(HttpFilter.newBuilder()
                        .setName("envoy.filters.http.router")
                        .setTypedConfig(Protos.any(Router.getDefaultInstance())));
        return Listener.newBuilder()
                .setName("metrics")
                .setAddress(EndpointRenderer.address(spec.metricsAddress(), spec.metricsPort()))
                // Must answer also when clients use up all connections.
                .setIgnoreGlobalConnLimit(true)
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filter.newBuilder()
                                .setName("envoy.filters.network.http_connection_manager")
                                .setTypedConfig(Protos.any(connections.build()))))
                .build();
    }

    private static Cluster cluster(String name, Address address) {
        return Cluster.newBuilder()
                .setName(name)
                .setType(Cluster.DiscoveryType.STATIC)
                .setConnectTimeout(Protos.duration(Duration.ofSeconds(1)))
                .setPerConnectionBufferLimitBytes(UInt32Value.of(ClusterRenderer.BUFFER_BYTES))
                .setLoadAssignment(ClusterLoadAssignment.newBuilder()
                        .setClusterName(name)
                        .addEndpoints(LocalityLbEndpoints.newBuilder()
                                .addLbEndpoints(LbEndpoint.newBuilder()
                                        .setEndpoint(Endpoint.newBuilder().setAddress(address)))))
                .build();
    }

    private Address pipe(int mode) {
        var pipe = Pipe.newBuilder().setPath(spec.adminSocket().toString());
        if (mode != 0) {
            pipe.setMode(mode);
        }
        return Address.newBuilder().setPipe(pipe).build();
    }
}
