package dev.datapath.operator.compile;

import dev.datapath.operator.plan.Certificate;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.TrustBundle;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The parts of the plan in force that can stand in for declared ones that cannot be used. */
final class LastGood {
    private final Map<String, Certificate> certificates = new HashMap<>();
    private final Map<String, TrustBundle> bundles = new HashMap<>();
    private final Map<String, PoolPlan> pools = new HashMap<>();

    private LastGood() {}

    static LastGood of(@Nullable GatewayPlan plan) {
        var parts = new LastGood();
        if (plan != null) {
            for (var listener : plan.listeners()) {
                var tls = listener.tls();
                if (tls != null) {
                    tls.certificates().forEach(parts::add);
                    if (tls.clientCertificates() != null) {
                        parts.add(tls.clientCertificates().authorities());
                    }
                }
            }
            for (var pool : plan.pools()) {
                parts.pools.put(pool.name(), pool);
                var tls = pool.tls();
                if (tls != null && tls.authorities() != null) {
                    parts.add(tls.authorities());
                }
                if (tls != null && tls.clientCertificate() != null) {
                    parts.add(tls.clientCertificate());
                }
            }
        }
        return parts;
    }

    Optional<Certificate> certificate(String id) {
        return Optional.ofNullable(certificates.get(id));
    }

    Optional<TrustBundle> bundle(String id) {
        return Optional.ofNullable(bundles.get(id));
    }

    Optional<PoolPlan> pool(String name) {
        return Optional.ofNullable(pools.get(name));
    }

    private void add(Certificate certificate) {
        certificates.put(certificate.id(), certificate);
    }

    private void add(TrustBundle bundle) {
        bundles.put(bundle.id(), bundle);
    }
}
