package dev.datapath.operator.deploy;

import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A NetworkPolicy that allows what either of two allows: for gateways some of which go by one plan, and some by another. */
public final class PolicyUnion {
    private static final String EGRESS = "Egress";

    private PolicyUnion() {}

    /** Who may use some ports; no ports are all ports, no peers are everybody. */
    private record Way(List<NetworkPolicyPort> ports, List<NetworkPolicyPeer> peers) {}

    /**
     * The wanted policy, and what the other one allows besides; the wanted one itself when that is nothing.
     *
     * @param wanted one for the plan that gateways should run
     * @param inForce one for the plans that they may still run
     */
    public static NetworkPolicy of(NetworkPolicy wanted, NetworkPolicy inForce) {
        var spec = wanted.getSpec();
        var old = inForce.getSpec();
        // What goes out was not restricted, so nothing tells what has to stay open.
        boolean closes =
                spec.getPolicyTypes().contains(EGRESS) && !old.getPolicyTypes().contains(EGRESS);
        var ingress = union(
                spec.getIngress().stream().map(rule -> new Way(rule.getPorts(), rule.getFrom())),
                old.getIngress().stream().map(rule -> new Way(rule.getPorts(), rule.getFrom())));
        // A policy without this type has no such rules.
        var egress = spec.getPolicyTypes().contains(EGRESS) && !closes
                ? union(
                        spec.getEgress().stream().map(rule -> new Way(rule.getPorts(), rule.getTo())),
                        old.getEgress().stream().map(rule -> new Way(rule.getPorts(), rule.getTo())))
                : List.<Way>of();
        var union = new NetworkPolicyBuilder(wanted)
                .editSpec()
                .withPolicyTypes(spec.getPolicyTypes().stream()
                        .filter(type -> !(closes && type.equals(EGRESS)))
                        .toList())
                .withIngress(ingress.stream()
                        .map(way -> new NetworkPolicyIngressRuleBuilder()
                                .withPorts(way.ports())
                                .withFrom(way.peers())
                                .build())
                        .toList())
                .withEgress(egress.stream()
                        .map(way -> new NetworkPolicyEgressRuleBuilder()
                                .withPorts(way.ports())
                                .withTo(way.peers())
                                .build())
                        .toList())
                .endSpec()
                .build();
        return union.equals(wanted) ? wanted : union;
    }

    /**
     * Rules for the same ports become one: else every change that is not acknowledged would add to the policy, which the API server
     * takes only up to a size.
     */
    private static List<Way> union(Stream<Way> wanted, Stream<Way> inForce) {
        var ways = wanted.toList();
        var old = inForce.toList();
        if (ways.containsAll(old)) {
            return ways;
        }
        Map<List<NetworkPolicyPort>, Set<NetworkPolicyPeer>> byPorts = new LinkedHashMap<>();
        Stream.concat(ways.stream(), old.stream())
                .forEach(way -> byPorts.merge(way.ports(), new LinkedHashSet<>(way.peers()), (one, other) -> {
                    if (one.isEmpty() || other.isEmpty()) {
                        return Set.of();
                    }
                    one.addAll(other);
                    return one;
                }));
        return byPorts.entrySet().stream()
                .map(entry -> new Way(entry.getKey(), List.copyOf(entry.getValue())))
                .toList();
    }
}
