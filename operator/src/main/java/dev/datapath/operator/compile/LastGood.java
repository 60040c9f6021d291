package dev.datapath.operator.compile;

import dev.datapath.operator.plan.Certificate;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.PoolPlan.NodePlan;
import dev.datapath.operator.plan.TrustBundle;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a plan that can replace declared parts that are unusable.
 *
 * @param certificates by id
 * @param authorities CA bundles by id
 * @param nodes of each pool, by its name
 */
public record LastGood(
        Map<String, Certificate> certificates,
        Map<String, TrustBundle> authorities,
        Map<String, List<NodePlan>> nodes) {
    /** There is no earlier plan. */
    public static final LastGood NONE = new LastGood(Map.of(), Map.of(), Map.of());

    public LastGood {
        certificates = Map.copyOf(certificates);
        authorities = Map.copyOf(authorities);
        nodes = Map.copyOf(nodes);
    }

    /** The parts of the plan in force; none when there is no plan. */
    public static LastGood of(@Nullable GatewayPlan plan) {
        if (plan == null) {
            return NONE;
        }
        var certificates = new TreeMap<String, Certificate>();
        var authorities = new TreeMap<String, TrustBundle>();
        for (var listener : plan.listeners()) {
            var tls = listener.tls();
            if (tls != null) {
                tls.certificates().forEach(certificate -> certificates.put(certificate.id(), certificate));
                if (tls.clientCertificates() != null) {
                    var bundle = tls.clientCertificates().authorities();
                    authorities.put(bundle.id(), bundle);
                }
            }
        }
        var nodes = new TreeMap<String, List<NodePlan>>();
        for (var pool : plan.pools()) {
            nodes.put(pool.name(), pool.nodes());
            var tls = pool.tls();
            if (tls != null && tls.authorities() != null) {
                authorities.put(tls.authorities().id(), tls.authorities());
            }
            if (tls != null && tls.clientCertificate() != null) {
                certificates.put(tls.clientCertificate().id(), tls.clientCertificate());
            }
        }
        return new LastGood(certificates, authorities, nodes);
    }

    /** Only the certificates with their keys. */
    public LastGood onlyCertificates() {
        return new LastGood(certificates, Map.of(), Map.of());
    }

    /** Everything except the certificates with their keys. */
    public LastGood withoutCertificates() {
        return with(Map.of());
    }

    /** A copy with these certificates. */
    public LastGood with(Map<String, Certificate> others) {
        return new LastGood(others, authorities, nodes);
    }

    /** A copy in which pools without nodes keep their earlier nodes, because a pool without nodes serves no request. */
    public LastGood withNodesOf(LastGood before) {
        var filled = new TreeMap<>(nodes);
        filled.replaceAll((pool, found) -> found.isEmpty() ? before.nodes(pool) : found);
        return new LastGood(certificates, authorities, filled);
    }

    Optional<Certificate> certificate(String id) {
        return Optional.ofNullable(certificates.get(id));
    }

    Optional<TrustBundle> bundle(String id) {
        return Optional.ofNullable(authorities.get(id));
    }

    List<NodePlan> nodes(String pool) {
        return nodes.getOrDefault(pool, List.of());
    }
}
