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

/**
 * A NetworkPolicy that allows everything that either of two policies allows, for a fleet in which some gateways run one plan and
 * some another.
 */
public final class PolicyUnion {
    private static final String EGRESS = "Egress";

    private PolicyUnion() {}

    /** One rule: ports and peers. No ports means all ports, and no peers means all peers. */
    private record Rule(List<NetworkPolicyPort> ports, List<NetworkPolicyPeer> peers) {}

    /**
     * The wanted policy with the additional rules of the other one; the wanted policy itself if there are none.
     *
     * @param wanted policy for the plan that gateways should run
     * @param inForce policy for the plans that they may still run
     */
    public static NetworkPolicy of(NetworkPolicy wanted, NetworkPolicy inForce) {
        var spec = wanted.getSpec();
        var old = inForce.getSpec();
        // Egress was not restricted, so it is unknown which peers must stay reachable.
        boolean closes =
                spec.getPolicyTypes().contains(EGRESS) && !old.getPolicyTypes().contains(EGRESS);
        var ingress = union(
                spec.getIngress().stream().map(rule -> new Rule(rule.getPorts(), rule.getFrom())),
                old.getIngress().stream().map(rule -> new Rule(rule.getPorts(), rule.getFrom())));
        // A policy without this type has no such rules.
        var egress = spec.getPolicyTypes().contains(EGRESS) && !closes
                ? union(
                        spec.getEgress().stream().map(rule -> new Rule(rule.getPorts(), rule.getTo())),
                        old.getEgress().stream().map(rule -> new Rule(rule.getPorts(), rule.getTo())))
                : List.<Rule>of();
        var union = new NetworkPolicyBuilder(wanted)
                .editSpec()
                .withPolicyTypes(spec.getPolicyTypes().stream()
                        .filter(type -> !(closes && type.equals(EGRESS)))
                        .toList())
                .withIngress(ingress.stream()
                        .map(rule -> new NetworkPolicyIngressRuleBuilder()
                                .withPorts(rule.ports())
                                .withFrom(rule.peers())
                                .build())
                        .toList())
                .withEgress(egress.stream()
                        .map(rule -> new NetworkPolicyEgressRuleBuilder()
                                .withPorts(rule.ports())
                                .withTo(rule.peers())
                                .build())
                        .toList())
                .endSpec()
                .build();
        return union.equals(wanted) ? wanted : union;
    }

    /**
     * Rules with the same ports are merged. Otherwise every change without acknowledgement would grow the policy, and the API
     * server limits its size.
     */
    private static List<Rule> union(Stream<Rule> wanted, Stream<Rule> inForce) {
        var rules = wanted.toList();
        var old = inForce.toList();
        if (rules.containsAll(old)) {
            return rules;
        }
        Map<List<NetworkPolicyPort>, Set<NetworkPolicyPeer>> byPorts = new LinkedHashMap<>();
        Stream.concat(rules.stream(), old.stream())
                .forEach(rule -> byPorts.merge(rule.ports(), new LinkedHashSet<>(rule.peers()), (one, other) -> {
                    if (one.isEmpty() || other.isEmpty()) {
                        return Set.of();
                    }
                    one.addAll(other);
                    return one;
                }));
        return byPorts.entrySet().stream()
                .map(entry -> new Rule(entry.getKey(), List.copyOf(entry.getValue())))
                .toList();
    }
}
