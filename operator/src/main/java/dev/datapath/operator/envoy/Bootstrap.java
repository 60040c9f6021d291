package dev.datapath.operator.envoy;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.bootstrap.v3.LayeredRuntime;
import io.envoyproxy.envoy.config.bootstrap.v3.RuntimeLayer;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.BackoffStrategy;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.core.v3.RetryPolicy;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.metrics.v3.StatsConfig;
import io.envoyproxy.envoy.config.metrics.v3.StatsMatcher;
import io.envoyproxy.envoy.config.overload.v3.ScaleTimersOverloadActionConfig;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig;
import io.envoyproxy.envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.matcher.v3.ListStringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.time.Duration;

/** The bootstrap configuration of an Envoy process. */
public final class Bootstrap {

    /**
     * Limit of the program size of a regular expression, in RE2 instructions. The expression for S3 subresources has about 200, and
     * Envoy's default of 100 would reject it.
     */
    private static final int MAX_EXPRESSION_SIZE = 10_000;

    private static final Duration FIRST_RECONNECT = Duration.ofMillis(200);
    /** Envoy's default of 30 s would delay reconnects after each leader change. */
    private static final Duration MAX_RECONNECT = Duration.ofSeconds(2);

    private static final Value TRUE = Value.newBuilder().setBoolValue(true).build();

    private Bootstrap() {}

    /** A bootstrap as JSON, which fetches the configuration from an operator. */
    public static String json(BootstrapSpec spec, OperatorEndpoint operator) {
        var message = common(spec).setDynamicResources(dynamicResources());
        message.getStaticResourcesBuilder().addClusters(0, OperatorCluster.of(operator));
        var types = TypeRegistry.newBuilder()
                .add(ConnectionLimit.getDescriptor())
                .add(FilterConfig.getDescriptor())
                .add(HttpConnectionManager.getDescriptor())
                .add(TypedStruct.getDescriptor())
                .add(Router.getDescriptor())
                .add(UpstreamTlsContext.getDescriptor())
                .add(HttpProtocolOptions.getDescriptor())
                .add(DownstreamConnectionsConfig.getDescriptor())
                .add(FixedHeapConfig.getDescriptor())
                .add(ScaleTimersOverloadActionConfig.getDescriptor())
                .build();
        try {
            return JsonFormat.printer()
                    .usingTypeRegistry(types)
                    .preservingProtoFieldNames()
                    .print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the bootstrap contains a type that is not registered", e);
        }
    }

    /** The parts that do not depend on the source of the configuration. */
    static io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.Builder common(BootstrapSpec spec) {
        return io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.newBuilder()
                .setNode(Node.newBuilder()
                        .setId(spec.gateway())
                        .setCluster(spec.cluster())
                        .setLocality(Locality.newBuilder().setZone(spec.zone())))
                .setAdmin(AdminWindows.admin(spec.admin()))
                .setLayeredRuntime(LayeredRuntime.newBuilder()
                        .addLayers(RuntimeLayer.newBuilder()
                                .setName("datapath")
                                .setStaticLayer(Struct.newBuilder()
                                        .putFields("re2.max_program_size.error_level", number(MAX_EXPRESSION_SIZE))
                                        // Processes one request per I/O cycle. Otherwise Envoy drops requests that a
                                        // client has pipelined after a request with a local reply.
                                        .putFields("http.max_requests_per_io_cycle", number(0))
                                        // Otherwise Envoy drops bytes between a chunk and its line end, and a body with
                                        // lost bytes appears complete (RFC 9112, 7.1).
                                        .putFields("envoy.reloadable_features.strict_chunk_parsing", TRUE))))
                .setStaticResources(io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.StaticResources.newBuilder()
                        .addClusters(AdminWindows.cluster(spec.admin()))
                        .addAllListeners(AdminWindows.listeners(spec.windows())))
                .setStatsConfig(StatsConfig.newBuilder()
                        .setStatsMatcher(StatsMatcher.newBuilder()
                                .setExclusionList(ListStringMatcher.newBuilder()
                                        // These health checks fail in normal operation, so their statistics would look
                                        // like errors.
                                        .addPatterns(StringMatcher.newBuilder()
                                                .setPrefix("cluster." + Names.DOMAIN_CHECK_PREFIX)))))
                .setOverloadManager(Overload.manager(spec));
    }

    private static Value number(int value) {
        return Value.newBuilder().setNumberValue(value).build();
    }

    private static io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.DynamicResources dynamicResources() {
        // Without a timeout of the first fetch, a gateway is ready only when it has its configuration.
        var complete = ConfigSource.newBuilder()
                .setAds(AggregatedConfigSource.getDefaultInstance())
                .setResourceApiVersion(ApiVersion.V3)
                .setInitialFetchTimeout(Protos.duration(Duration.ZERO));
        var reconnect = RetryPolicy.newBuilder()
                .setRetryBackOff(BackoffStrategy.newBuilder()
                        .setBaseInterval(Protos.duration(FIRST_RECONNECT))
                        .setMaxInterval(Protos.duration(MAX_RECONNECT)));
        return io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.DynamicResources.newBuilder()
                .setLdsConfig(complete)
                .setCdsConfig(complete)
                .setAdsConfig(ApiConfigSource.newBuilder()
                        .setApiType(ApiConfigSource.ApiType.GRPC)
                        .setTransportApiVersion(ApiVersion.V3)
                        // The extension list of the node has 61 KB, so it is sent only once per stream.
                        .setSetNodeOnFirstMessageOnly(true)
                        .addGrpcServices(GrpcService.newBuilder()
                                .setEnvoyGrpc(GrpcService.EnvoyGrpc.newBuilder()
                                        .setClusterName(OperatorCluster.NAME)
                                        .setRetryPolicy(reconnect))))
                .build();
    }

    /** A cluster with one endpoint. */
    static Cluster cluster(String name, Address address) {
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
}
