package dev.datapath.operator.compile;

import dev.datapath.api.v1alpha1.StorageNodes;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.api.v1alpha1.StoragePoolSpec;
import dev.datapath.operator.model.Finding;
import dev.datapath.operator.model.Reason;
import dev.datapath.operator.net.HostName;
import dev.datapath.operator.plan.Certificate;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.PoolPlan.Balancing;
import dev.datapath.operator.plan.PoolPlan.Limits;
import dev.datapath.operator.plan.TrustBundle;
import dev.datapath.operator.plan.UpstreamTls;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compiles StoragePools. A pool whose TLS cannot be used as declared, because CA certificates or the client certificate are
 * unusable, is left out: requests for it get 503, and none is sent unverified.
 */
final class PoolCompiler {
    /** Default for retries and hedges as a percentage of active requests; a rule may lower it (s3.md, "Operation classes"). */
    static final int RETRY_BUDGET_PERCENT = 20;

    private final Materials materials;
    private final NodeCompiler nodes;
    private final Environment environment;

    PoolCompiler(Materials materials, NodeCompiler nodes, Environment environment) {
        this.materials = materials;
        this.nodes = nodes;
        this.environment = environment;
    }

    /** Every usable pool, by name. */
    Map<String, PoolPlan> compile(Collection<StoragePool> pools, Collection<Finding> findings) {
        var plans = new TreeMap<String, PoolPlan>();
        Identity.byName(pools)
                .forEach((name, pool) -> compile(name, pool, Report.on(Identity.ref(pool), findings))
                        .ifPresent(plan -> plans.put(name, plan)));
        return plans;
    }

    private Optional<PoolPlan> compile(String name, StoragePool pool, Report object) {
        var spec = pool.getSpec();
        var at = object.field("spec");
        if (spec == null || spec.nodes() == null) {
            at.field("nodes").error(Reason.Invalid, "a pool needs nodes: write one of static, dns and service");
            return Optional.empty();
        }
        var preset = ProviderPreset.of(spec.provider());
        var tls = tls(spec.tls(), spec.nodes(), at.field("tls"));
        var nodePlans = nodes.compile(name, spec.nodes(), at.field("nodes"));
        var health = HealthCompiler.compile(
                spec.health(),
                preset,
                new HealthCompiler.Service(
                        spec.tls().mode() != StoragePoolSpec.Tls.Mode.None,
                        nodePlans.stream().map(PoolPlan.NodePlan::port).collect(Collectors.toSet())),
                at.field("health"));
        var limits = limits(spec.limits(), preset, at.field("limits"));
        var balancing = balancing(spec.loadBalancing(), at.field("loadBalancing"));
        if (spec.publishService() && environment == Environment.STANDALONE) {
            at.field("publishService")
                    .warning(
                            Reason.Unsupported,
                            "standalone mode has no Services, so publishService has no effect: remove it, or run DataPath in a cluster");
        }
        return tls.map(found -> new PoolPlan(name, nodePlans, found.settings(), health, limits, balancing));
    }

    /** The TLS settings; null for clear text. */
    private record Transport(@Nullable UpstreamTls settings) {}

    private Optional<Transport> tls(StoragePoolSpec.Tls tls, StorageNodes nodes, Report at) {
        if (tls.mode() == StoragePoolSpec.Tls.Mode.None) {
            if (tls.serverName() == null && tls.caCertificateRefs().isEmpty() && tls.clientCertificateRef() == null) {
                return Optional.of(new Transport(null));
            }
            at.field("mode")
                    .error(
                            Reason.Invalid,
                            "mode: None allows no other TLS field, so the pool is not used: write mode: ServerOnly or Mutual, or remove the other fields");
            return Optional.empty();
        }
        Optional<TrustBundle> authorities = Optional.empty();
        if (!tls.caCertificateRefs().isEmpty()) {
            authorities = materials.trustBundle(at, tls.caCertificateRefs());
            if (authorities.isEmpty()) {
                at.field("caCertificateRefs")
                        .error(
                                Reason.InvalidCertificateAuthority,
                                "no CA certificate is usable to verify the store, so the pool is not used");
                return Optional.empty();
            }
        }
        Optional<Certificate> own = Optional.empty();
        if (tls.mode() == StoragePoolSpec.Tls.Mode.Mutual) {
            var here = at.field("clientCertificateRef");
            if (tls.clientCertificateRef() == null) {
                here.error(
                        Reason.Invalid,
                        "mode: Mutual needs clientCertificateRef, so the pool is not used: reference a Secret");
                return Optional.empty();
            }
            own = materials.clientCertificate(here, tls.clientCertificateRef().name());
            if (own.isEmpty()) {
                here.error(
                        materials.hasSecret(tls.clientCertificateRef().name())
                                ? Reason.InvalidCertificate
                                : Reason.SecretNotFound,
                        "the gateways have no client certificate, so the pool is not used");
                return Optional.empty();
            }
        } else if (tls.clientCertificateRef() != null) {
            at.field("clientCertificateRef")
                    .warning(
                            Reason.Invalid,
                            "clientCertificateRef is used only with mode: Mutual: write mode: Mutual, or remove it");
        }
        return Optional.of(
                new Transport(new UpstreamTls(serverName(tls, nodes, at), authorities.orElse(null), own.orElse(null))));
    }

    private static @Nullable String serverName(StoragePoolSpec.Tls tls, StorageNodes nodes, Report at) {
        var declared = HostName.parse(tls.serverName());
        if (declared.isPresent()) {
            return declared.get().name();
        }
        if (tls.serverName() != null) {
            at.field("serverName")
                    .error(
                            Reason.Invalid,
                            "serverName is not a DNS name, so no certificate matches it: write one, such as s3.store.internal");
            return tls.serverName();
        }
        var names = hostNames(nodes);
        var name = names.size() == 1 ? HostName.parse(names.getFirst()) : Optional.<HostName>empty();
        if (name.isPresent()) {
            return name.get().name();
        }
        at.field("serverName")
                .warning(
                        Reason.Incomplete,
                        tls.caCertificateRefs().isEmpty()
                                ? "the names in the certificates of nodes are not verified, so every certificate of a public CA is accepted: write the name that they are issued for, and reference the CA of the store in caCertificateRefs, if it has one"
                                : "the names in the certificates of nodes are not verified, so every certificate of the CAs in caCertificateRefs is accepted: write the name that they are issued for");
        return null;
    }

    /** Disabled nodes count, too, because verification must not depend on the state of a node. */
    private static List<String> hostNames(StorageNodes nodes) {
        var dns = nodes.dns();
        var hosts = dns == null
                ? nodes.staticNodes().stream().map(StorageNodes.StaticNode::address)
                : Stream.of(dns.hostname());
        return hosts.map(host -> HostName.parse(host).map(HostName::name).orElse(Identity.text(host)))
                .distinct()
                .toList();
    }

    private static Limits limits(StoragePoolSpec.Limits limits, ProviderPreset preset, Report at) {
        return new Limits(
                Bounds.integer(
                        at.field("maxConnectionsPerNode"),
                        limits.maxConnectionsPerNode(),
                        preset.maxConnectionsPerNode(),
                        1,
                        100_000),
                Bounds.integer(at.field("maxPendingRequests"), limits.maxPendingRequests(), 2000, 0, 1_000_000),
                Bounds.duration(
                        at.field("keepAlive"),
                        limits.keepAlive(),
                        preset.keepAlive(),
                        Duration.ofMillis(100),
                        Duration.ofHours(1)),
                Bounds.duration(
                        at.field("connectTimeout"),
                        limits.connectTimeout(),
                        Duration.ofMillis(500),
                        Duration.ofMillis(10),
                        Duration.ofMinutes(1)),
                RETRY_BUDGET_PERCENT);
    }

    private static Balancing balancing(StoragePoolSpec.LoadBalancing balancing, Report at) {
        var policy = switch (balancing.policy()) {
            case LeastRequest -> Balancing.Policy.LEAST_REQUEST;
            case RoundRobin -> Balancing.Policy.ROUND_ROBIN;
            case Random -> Balancing.Policy.RANDOM;
            case ConsistentHash -> Balancing.Policy.HASH_KEY;
        };
        if (Boolean.TRUE.equals(balancing.preferSameZone())) {
            at.field("preferSameZone")
                    .warning(Reason.Unsupported, "this version ignores zones: preferSameZone has no effect");
        }
        return new Balancing(
                policy,
                Bounds.duration(
                        at.field("slowStart"),
                        balancing.slowStart(),
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ofHours(1)));
    }
}
