package dev.datapath.operator.deploy;

import dev.datapath.api.v1alpha1.StorageNodes;
import dev.datapath.api.v1alpha1.StorageNodes.StaticNode;
import dev.datapath.api.v1alpha1.StoragePool;
import dev.datapath.operator.net.HostName;
import dev.datapath.operator.net.IpAddress;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.PoolPlan;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Egress rules for the nodes of the plan's pools, as far as a NetworkPolicy can express them.
 *
 * <p>A node declared by address is allowed at that address only. Resolved addresses change, and a network plugin may apply a
 * changed policy later than Envoy uses the node: for these the port is allowed at every address. A cluster-internal name may be a
 * Service, whose address and port are replaced by those of its pods before the policy is evaluated: for these the namespace is
 * allowed.
 */
final class StoreEgress {
    private final Map<Integer, TreeSet<String>> addresses = new TreeMap<>();
    private final TreeSet<Integer> ports = new TreeSet<>();
    private final TreeSet<String> namespaces = new TreeSet<>();

    private StoreEgress() {}

    static StoreEgress of(GatewayPlan plan, Collection<StoragePool> pools) {
        var egress = new StoreEgress();
        var specs = pools.stream()
                .filter(pool -> pool.getSpec() != null)
                .collect(Collectors.toMap(
                        pool -> pool.getMetadata().getName(),
                        pool -> pool.getSpec().nodes(),
                        (one, other) -> one));
        for (var pool : plan.pools()) {
            var declared = Optional.ofNullable(specs.get(pool.name()));
            var literals = declared.map(StoreEgress::staticAddresses).orElse(Set.of());
            var health = Optional.ofNullable(pool.health().active().port());
            for (var node : pool.nodes()) {
                egress.add(node, node.port(), literals);
                health.ifPresent(port -> egress.add(node, port, literals));
            }
            declared.ifPresent(nodes -> egress.addNames(nodes, health));
        }
        return egress;
    }

    private static Set<String> staticAddresses(StorageNodes nodes) {
        return nodes.staticNodes().stream()
                .map(StaticNode::address)
                .flatMap(address -> IpAddress.parse(address).stream())
                .map(IpAddress::toString)
                .collect(Collectors.toSet());
    }

    private void add(PoolPlan.NodePlan node, int port, Set<String> literals) {
        var address = node.address();
        if (literals.contains(address)) {
            addresses
                    .computeIfAbsent(port, key -> new TreeSet<>())
                    .add(address + (address.contains(":") ? "/128" : "/32"));
        } else {
            ports.add(port);
        }
    }

    /** Names are allowed before their first address is resolved. */
    private void addNames(StorageNodes nodes, Optional<Integer> health) {
        var dns = nodes.dns();
        if (dns != null && dns.port() != null) {
            ports.add(dns.port());
            health.ifPresent(ports::add);
            namespaceOf(dns.hostname()).ifPresent(namespaces::add);
        }
        nodes.staticNodes().forEach(node -> namespaceOf(node.address()).ifPresent(namespaces::add));
    }

    /** The namespace in a cluster-internal name, such as {@code minio.store.svc.cluster.local}. */
    private static Optional<String> namespaceOf(@Nullable String hostname) {
        if (hostname == null) {
            return Optional.empty();
        }
        var labels = HostName.parse(hostname)
                .map(host -> Arrays.asList(host.name().split("\\.")))
                .orElse(List.of());
        int svc = labels.lastIndexOf("svc");
        return svc < 2 ? Optional.empty() : Optional.of(labels.get(svc - 1));
    }

    List<NetworkPolicyEgressRule> rules() {
        var rules = new ArrayList<NetworkPolicyEgressRule>();
        var portsByAddresses = new TreeMap<String, TreeSet<Integer>>();
        addresses.forEach((port, cidrs) -> {
            if (!ports.contains(port)) {
                portsByAddresses
                        .computeIfAbsent(String.join(" ", cidrs), key -> new TreeSet<>())
                        .add(port);
            }
        });
        portsByAddresses.forEach((cidrs, allowed) -> rules.add(
                rule(Arrays.stream(cidrs.split(" ")).map(StoreEgress::block).toList(), allowed)));
        if (!ports.isEmpty()) {
            rules.add(rule(List.of(), ports));
        }
        namespaces.forEach(namespace -> rules.add(rule(
                List.of(NetworkPolicies.namespaces(NetworkPolicies.namespace(namespace))
                        .build()),
                Collections.emptySet())));
        return rules;
    }

    private static NetworkPolicyEgressRule rule(List<NetworkPolicyPeer> to, Collection<Integer> ports) {
        return new NetworkPolicyEgressRuleBuilder()
                .withTo(to)
                .withPorts(ports.stream()
                        .map(port -> NetworkPolicies.port("TCP", port))
                        .toList())
                .build();
    }

    private static NetworkPolicyPeer block(String cidr) {
        return new NetworkPolicyPeerBuilder()
                .withNewIpBlock()
                .withCidr(cidr)
                .endIpBlock()
                .build();
    }
}
