package dev.datapath.operator.envoy;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;

/**
 * A complete configuration as a static bootstrap, with which a gateway starts while no operator is available. It is equivalent to
 * the resources over ADS, but is not updated.
 */
public final class LastGoodBootstrap {
    private final EnvoyResources resources;
    private final Map<String, RouteConfiguration> routes;
    private final Map<String, ClusterLoadAssignment> endpoints;
    /** The filter chains of a listener have equal filters, so a filter with all its routes is kept in memory once. */
    private final Map<Filter, Filter> filters = new HashMap<>();

    private LastGoodBootstrap(EnvoyResources resources) {
        this.resources = resources;
        routes = resources.routes().stream().collect(Collectors.toMap(Part::name, Part::message));
        endpoints = resources.endpoints().stream().collect(Collectors.toMap(Part::name, Part::message));
    }

    /**
     * The bootstrap as a protocol buffer, which preserves fields that the library does not know. It is compressed with gzip,
     * because its texts repeat.
     *
     * @param spec settings of the gateways; the same as with an operator
     */
    public static byte[] compressed(BootstrapSpec spec, EnvoyResources resources) {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            of(spec, resources).writeTo(gzip);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    static io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap of(BootstrapSpec spec, EnvoyResources resources) {
        var inline = new LastGoodBootstrap(resources);
        var message = Bootstrap.common(spec);
        var fixed = message.getStaticResourcesBuilder();
        resources.clusters().forEach(cluster -> fixed.addClusters(inline.cluster(cluster.message())));
        resources.listeners().forEach(listener -> fixed.addListeners(inline.listener(listener.message())));
        resources.secrets().forEach(secret -> fixed.addSecrets(secret.message()));
        return message.build();
    }

    private Cluster cluster(Cluster cluster) {
        var inline = cluster.toBuilder();
        if (cluster.getType() == Cluster.DiscoveryType.EDS) {
            var service = cluster.getEdsClusterConfig().getServiceName();
            var name = service.isEmpty() ? cluster.getName() : service;
            inline.clearEdsClusterConfig()
                    .setType(Cluster.DiscoveryType.STATIC)
                    .setLoadAssignment(
                            endpoints.getOrDefault(name, ClusterLoadAssignment.getDefaultInstance()).toBuilder()
                                    .setClusterName(name));
        }
        if (cluster.hasTransportSocket()) {
            inline.setTransportSocket(socket(cluster.getTransportSocket()));
        }
        return inline.build();
    }

    private Listener listener(Listener listener) {
        var inline = listener.toBuilder();
        for (int i = 0; i < listener.getFilterChainsCount(); i++) {
            inline.setFilterChains(i, chain(listener.getFilterChains(i)));
        }
        if (listener.hasDefaultFilterChain()) {
            inline.setDefaultFilterChain(chain(listener.getDefaultFilterChain()));
        }
        return inline.build();
    }

    private FilterChain chain(FilterChain chain) {
        var inline = chain.toBuilder();
        for (int i = 0; i < chain.getFiltersCount(); i++) {
            inline.setFilters(i, filters.computeIfAbsent(chain.getFilters(i), this::filter));
        }
        if (chain.hasTransportSocket()) {
            inline.setTransportSocket(socket(chain.getTransportSocket()));
        }
        return inline.build();
    }

    private Filter filter(Filter filter) {
        if (!filter.getTypedConfig().is(HttpConnectionManager.class)) {
            return filter;
        }
        var manager = unpack(filter.getTypedConfig(), HttpConnectionManager.class);
        if (!manager.hasRds()) {
            return filter;
        }
        var table = routes.get(manager.getRds().getRouteConfigName());
        if (table == null) {
            throw new IllegalArgumentException(
                    "there is no route configuration " + manager.getRds().getRouteConfigName());
        }
        return filter.toBuilder()
                .setTypedConfig(
                        Protos.any(manager.toBuilder().setRouteConfig(table).build()))
                .build();
    }

    private static TransportSocket socket(TransportSocket socket) {
        var config = socket.getTypedConfig();
        if (config.is(DownstreamTlsContext.class)) {
            var context = unpack(config, DownstreamTlsContext.class).toBuilder();
            inline(context.getCommonTlsContextBuilder());
            return socket.toBuilder()
                    .setTypedConfig(Protos.any(context.build()))
                    .build();
        }
        if (config.is(UpstreamTlsContext.class)) {
            var context = unpack(config, UpstreamTlsContext.class).toBuilder();
            inline(context.getCommonTlsContextBuilder());
            return socket.toBuilder()
                    .setTypedConfig(Protos.any(context.build()))
                    .build();
        }
        return socket;
    }

    /** Removes the SDS source, because a secret without source refers to the static secrets of the bootstrap. */
    private static void inline(CommonTlsContext.Builder context) {
        context.getTlsCertificateSdsSecretConfigsBuilderList().forEach(SdsSecretConfig.Builder::clearSdsConfig);
        if (context.hasValidationContextSdsSecretConfig()) {
            context.getValidationContextSdsSecretConfigBuilder().clearSdsConfig();
        }
        if (context.hasCombinedValidationContext()
                && context.getCombinedValidationContext().hasValidationContextSdsSecretConfig()) {
            context.getCombinedValidationContextBuilder()
                    .getValidationContextSdsSecretConfigBuilder()
                    .clearSdsConfig();
        }
    }

    private static <T extends Message> T unpack(Any any, Class<T> type) {
        try {
            return any.unpack(type);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(any.getTypeUrl() + " does not parse", e);
        }
    }
}
