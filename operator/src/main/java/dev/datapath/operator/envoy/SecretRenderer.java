package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.Certificate;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.TrustBundle;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import java.util.List;
import java.util.TreeMap;

/** Certificates and authorities, served apart from what uses them, so that a rotation cuts no connection. */
final class SecretRenderer {

    private SecretRenderer() {}

    static List<Secret> secrets(GatewayPlan plan) {
        var secrets = new TreeMap<String, Secret>();
        for (var listener : plan.listeners()) {
            var tls = listener.tls();
            if (tls != null) {
                tls.certificates().forEach(certificate -> add(secrets, secret(certificate)));
                var clients = tls.clientCertificates();
                if (clients != null) {
                    add(secrets, secret(clients.authorities()));
                }
            }
        }
        for (var pool : plan.pools()) {
            var tls = pool.tls();
            if (tls != null) {
                if (tls.clientCertificate() != null) {
                    add(secrets, secret(tls.clientCertificate()));
                }
                if (tls.authorities() != null) {
                    add(secrets, secret(tls.authorities()));
                }
            }
        }
        return List.copyOf(secrets.values());
    }

    static SdsSecretConfig reference(Certificate certificate) {
        return reference(name(certificate));
    }

    static SdsSecretConfig reference(TrustBundle authorities) {
        return reference(name(authorities));
    }

    private static SdsSecretConfig reference(String name) {
        return SdsSecretConfig.newBuilder()
                .setName(name)
                .setSdsConfig(Protos.ads())
                .build();
    }

    private static void add(TreeMap<String, Secret> secrets, Secret secret) {
        secrets.put(secret.getName(), secret);
    }

    private static Secret secret(Certificate certificate) {
        return Secret.newBuilder()
                .setName(name(certificate))
                .setTlsCertificate(TlsCertificate.newBuilder()
                        .setCertificateChain(Protos.inline(certificate.chainPem()))
                        .setPrivateKey(Protos.inline(certificate.privateKeyPem())))
                .build();
    }

    private static Secret secret(TrustBundle authorities) {
        return Secret.newBuilder()
                .setName(name(authorities))
                .setValidationContext(
                        CertificateValidationContext.newBuilder().setTrustedCa(Protos.inline(authorities.pem())))
                .build();
    }

    private static String name(Certificate certificate) {
        return "certificate/" + certificate.id();
    }

    private static String name(TrustBundle authorities) {
        return "authorities/" + authorities.id();
    }
}
