package dev.datapath.e2e.xds;

import com.google.protobuf.Any;
import dev.datapath.e2e.rig.TestPki;
import dev.datapath.operator.xds.Resource;
import dev.datapath.operator.xds.Snapshot;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * HTTPS listeners and the Secrets that they take their certificates from.
 *
 * @param listeners each listener's port and Secret, by its name
 * @param secrets the certificate and key of each Secret, by its name
 */
record LiveSecrets(Map<String, At> listeners, Map<String, TestPki.PemPair> secrets) {

    /** Where a listener is and what it serves. */
    record At(int port, String secret) {}

    LiveSecrets {
        listeners = new TreeMap<>(listeners);
        secrets = new TreeMap<>(secrets);
    }

    LiveSecrets with(String secret, TestPki.PemPair pair) {
        var next = new TreeMap<>(secrets);
        next.put(secret, pair);
        return new LiveSecrets(listeners, next);
    }

    LiveSecrets with(String listener, At at) {
        var next = new TreeMap<>(listeners);
        next.put(listener, at);
        return new LiveSecrets(next, secrets);
    }

    Snapshot snapshot() {
        var snapshot = Snapshot.builder();
        listeners.forEach((name, at) -> snapshot.add(Resource.of(
                listener(name, at), new Resource.References(Set.of(), Set.of(), Set.of(at.secret()), Set.of()))));
        secrets.forEach((name, pair) -> snapshot.add(Secret.newBuilder()
                .setName(name)
                .setTlsCertificate(TlsCertificate.newBuilder()
                        .setCertificateChain(DataSource.newBuilder().setInlineString(pair.certificate()))
                        .setPrivateKey(DataSource.newBuilder().setInlineString(pair.privateKey())))
                .build()));
        return snapshot.build();
    }

    private static Listener listener(String name, At at) {
        var manager = HttpConnectionManager.newBuilder()
                .setStatPrefix("s3")
                .setRouteConfig(RouteConfiguration.newBuilder().setName("none"))
                .addHttpFilters(HttpFilter.newBuilder()
                        .setName("envoy.filters.http.router")
                        .setTypedConfig(Any.pack(Router.getDefaultInstance())));
        var tls = DownstreamTlsContext.newBuilder()
                .setCommonTlsContext(CommonTlsContext.newBuilder()
                        .addTlsCertificateSdsSecretConfigs(SdsSecretConfig.newBuilder()
                                .setName(at.secret())
                                .setSdsConfig(ConfigSource.newBuilder()
                                        .setResourceApiVersion(ApiVersion.V3)
                                        .setAds(AggregatedConfigSource.getDefaultInstance()))));
        return Listener.newBuilder()
                .setName(name)
                .setAddress(LiveConfig.address(at.port()))
                .addFilterChains(FilterChain.newBuilder()
                        .setTransportSocket(TransportSocket.newBuilder()
                                .setName("envoy.transport_sockets.tls")
                                .setTypedConfig(Any.pack(tls.build())))
                        .addFilters(Filter.newBuilder()
                                .setName("envoy.filters.network.http_connection_manager")
                                .setTypedConfig(Any.pack(manager.build()))))
                .build();
    }
}
