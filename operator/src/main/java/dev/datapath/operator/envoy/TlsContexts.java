package dev.datapath.operator.envoy;

import com.google.protobuf.BoolValue;
import dev.datapath.operator.plan.Certificate;
import dev.datapath.operator.plan.TlsTermination;
import dev.datapath.operator.plan.UpstreamTls;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;

/** Renders TLS contexts for clients and for stores. */
final class TlsContexts {

    private static final String SOCKET = "envoy.transport_sockets.tls";
    private static final String SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";

    private TlsContexts() {}

    /** @param certificates certificates presented to clients; of several, the one with a key type that the client supports */
    static TransportSocket downstream(TlsTermination tls, List<Certificate> certificates) {
        var minimum = tls.minVersion() == TlsTermination.Version.TLS_1_3 ? TlsProtocol.TLSv1_3 : TlsProtocol.TLSv1_2;
        var common = CommonTlsContext.newBuilder().addAlpnProtocols("http/1.1").setTlsParams(parameters(minimum));
        certificates.forEach(
                certificate -> common.addTlsCertificateSdsSecretConfigs(SecretRenderer.reference(certificate)));
        var context = DownstreamTlsContext.newBuilder();
        if (certificates.size() > 1) {
            // The chain was already selected by the server name. Without this setting, Envoy presents the first
            // certificate to a client whose server name differs in case from that of the certificate.
            context.setFullScanCertsOnSniMismatch(BoolValue.of(true));
        }
        var clients = tls.clientCertificates();
        if (clients != null) {
            common.setValidationContextSdsSecretConfig(SecretRenderer.reference(clients.authorities()));
            context.setRequireClientCertificate(BoolValue.of(clients.required()));
        }
        return socket(context.setCommonTlsContext(common).build());
    }

    static TransportSocket upstream(UpstreamTls tls) {
        // As a client, Envoy offers TLS 1.2 at most by default.
        var common = CommonTlsContext.newBuilder().setTlsParams(parameters(TlsProtocol.TLSv1_2));
        var validation = CertificateValidationContext.newBuilder();
        var serverName = tls.serverName();
        if (serverName != null) {
            boolean address = serverName.indexOf(':') >= 0 || serverName.matches("[0-9.]+");
            validation.addMatchTypedSubjectAltNames(SubjectAltNameMatcher.newBuilder()
                    .setSanType(address ? SubjectAltNameMatcher.SanType.IP_ADDRESS : SubjectAltNameMatcher.SanType.DNS)
                    .setMatcher(StringMatcher.newBuilder().setExact(serverName)));
        }
        if (tls.authorities() == null) {
            validation.setTrustedCa(DataSource.newBuilder().setFilename(SYSTEM_AUTHORITIES));
            common.setValidationContext(validation);
        } else {
            common.setCombinedValidationContext(CombinedCertificateValidationContext.newBuilder()
                    .setDefaultValidationContext(validation)
                    .setValidationContextSdsSecretConfig(SecretRenderer.reference(tls.authorities())));
        }
        if (tls.clientCertificate() != null) {
            common.addTlsCertificateSdsSecretConfigs(SecretRenderer.reference(tls.clientCertificate()));
        }
        var context = UpstreamTlsContext.newBuilder().setCommonTlsContext(common);
        if (serverName != null) {
            context.setSni(serverName);
        }
        return socket(context.build());
    }

    private static TlsParameters parameters(TlsProtocol minimum) {
        return TlsParameters.newBuilder()
                .setTlsMinimumProtocolVersion(minimum)
                .setTlsMaximumProtocolVersion(TlsProtocol.TLSv1_3)
                .build();
    }

    private static TransportSocket socket(com.google.protobuf.Message context) {
        return TransportSocket.newBuilder()
                .setName(SOCKET)
                .setTypedConfig(Protos.any(context))
                .build();
    }
}
