package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.Certificate;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.TrustBundle;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import java.util.Map;
import java.util.TreeMap;

/** Renders certificates and CA bundles as separate resources, because a rotation must not close connections. */
final class SecretRenderer {

    /** The content of a secret. */
    sealed interface Material {
        /** A certificate that gateways present. */
        record Shown(Certificate certificate) implements Material {}

        /** A CA bundle for verification of peers. */
        record Trusted(TrustBundle authorities) implements Material {}
    }

    private SecretRenderer() {}

    /** The certificates and the CA bundle of a listener, by the name of the secret. */
    static Map<String, Material> secrets(ListenerPlan listener) {
        var secrets = new TreeMap<String, Material>();
        var tls = listener.tls();
        if (tls != null) {
            tls.certificates().forEach(certificate -> add(secrets, new Material.Shown(certificate)));
            var clients = tls.clientCertificates();
            if (clients != null) {
                add(secrets, new Material.Trusted(clients.authorities()));
            }
        }
        return secrets;
    }

    /** The client certificate and the CA bundle for a pool's nodes, by the name of the secret. */
    static Map<String, Material> secrets(PoolPlan pool) {
        var secrets = new TreeMap<String, Material>();
        var tls = pool.tls();
        if (tls != null) {
            if (tls.clientCertificate() != null) {
                add(secrets, new Material.Shown(tls.clientCertificate()));
            }
            if (tls.authorities() != null) {
                add(secrets, new Material.Trusted(tls.authorities()));
            }
        }
        return secrets;
    }

    static Secret secret(Material material) {
        return switch (material) {
            case Material.Shown(var certificate) -> secret(certificate);
            case Material.Trusted(var authorities) -> secret(authorities);
        };
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

    private static void add(Map<String, Material> secrets, Material material) {
        var name = switch (material) {
            case Material.Shown(var certificate) -> name(certificate);
            case Material.Trusted(var authorities) -> name(authorities);
        };
        secrets.put(name, material);
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
