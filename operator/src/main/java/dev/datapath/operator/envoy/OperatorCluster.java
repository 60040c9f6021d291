package dev.datapath.operator.envoy;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CommonLbConfig;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.config.core.v3.PathConfigSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.v3.Percent;
import java.nio.file.Path;
import java.time.Duration;

/** The cluster from which a gateway fetches its configuration. */
final class OperatorCluster {

    static final String NAME = "operator";

    private static final Duration HEALTH_INTERVAL = Duration.ofSeconds(2);
    /** Gateways that started at the same time must not send health checks at the same time. */
    private static final Duration HEALTH_JITTER = Duration.ofMillis(500);

    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(2);
    /** For an operator that does not respond. One that reports NOT_SERVING is not used from then on. */
    private static final int UNHEALTHY_THRESHOLD = 2;

    private OperatorCluster() {}

    static Cluster of(OperatorEndpoint operator) {
        var keepalive = KeepaliveSettings.newBuilder()
                .setInterval(Protos.duration(Duration.ofSeconds(5)))
                .setTimeout(Protos.duration(Duration.ofSeconds(2)));
        var located = switch (operator.location()) {
            case OperatorEndpoint.Location.Socket socket ->
                Bootstrap.cluster(NAME, AdminWindows.pipe(socket.path())).toBuilder();
            case OperatorEndpoint.Location.Host host ->
                Bootstrap.cluster(NAME, EndpointRenderer.address(host.name(), host.port())).toBuilder()
                        .setType(Cluster.DiscoveryType.STRICT_DNS)
                        // Otherwise Envoy queries IPv6 addresses first, without result where there are none.
                        .setDnsLookupFamily(Cluster.DnsLookupFamily.V4_PREFERRED);
        };
        var cluster = located.putTypedExtensionProtocolOptions(
                "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                Protos.any(HttpProtocolOptions.newBuilder()
                        .setExplicitHttpConfig(HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
                                .setHttp2ProtocolOptions(
                                        Http2ProtocolOptions.newBuilder().setConnectionKeepalive(keepalive)))
                        .build()));
        if (operator.elected()) {
            cluster.addHealthChecks(leaderCheck())
                    // With the default panic threshold, Envoy would use all replicas when more than half are
                    // NOT_SERVING, which is normal for standby replicas.
                    .setCommonLbConfig(
                            CommonLbConfig.newBuilder().setHealthyPanicThreshold(Percent.getDefaultInstance()));
        }
        var tls = operator.tls();
        if (tls != null) {
            cluster.setTransportSocket(TransportSocket.newBuilder()
                    .setName("envoy.transport_sockets.tls")
                    .setTypedConfig(Protos.any(context(tls))));
        }
        return cluster.build();
    }

    private static HealthCheck leaderCheck() {
        return HealthCheck.newBuilder()
                .setTimeout(Protos.duration(HEALTH_TIMEOUT))
                .setInterval(Protos.duration(HEALTH_INTERVAL))
                .setIntervalJitter(Protos.duration(HEALTH_JITTER))
                // Before its first use, and after a long use of another operator, Envoy would check only once a minute.
                .setNoTrafficInterval(Protos.duration(HEALTH_INTERVAL))
                .setUnhealthyThreshold(UInt32Value.of(UNHEALTHY_THRESHOLD))
                .setHealthyThreshold(UInt32Value.of(1))
                .setGrpcHealthCheck(HealthCheck.GrpcHealthCheck.newBuilder()
                        .setServiceName(AggregatedDiscoveryServiceGrpc.SERVICE_NAME))
                .build();
    }

    private static UpstreamTlsContext context(OperatorEndpoint.Tls tls) {
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
                        .addTlsCertificateSdsSecretConfigs(file(SdsFiles.CERTIFICATE_SECRET, tls.certificateSds()))
                        .setCombinedValidationContext(CombinedCertificateValidationContext.newBuilder()
                                .setDefaultValidationContext(CertificateValidationContext.newBuilder()
                                        .addMatchTypedSubjectAltNames(name))
                                .setValidationContextSdsSecretConfig(
                                        file(SdsFiles.AUTHORITIES_SECRET, tls.authoritiesSds()))))
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
}
