package dev.datapath.operator.envoy;

import com.google.protobuf.UInt32Value;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.PoolPlan.Balancing.Policy;
import dev.datapath.operator.plan.PoolPlan.NodePlan;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/**
 * The nodes of each pool. Weights change here without touching a connection. A node that is drained is left out: requests under way
 * finish, and nothing new comes to it. With Envoy's status DRAINING it would get requests whenever all other nodes are down (panic).
 *
 * <p>All nodes with their whole share are in one locality, because Envoy's least request compares nodes inside of one only. A node with
 * another share has a locality of its own with that share as its weight: with two different weights inside of one locality Envoy would
 * no longer compare all of its nodes. The node's connections begin anew when it goes to its own locality or comes back, because Envoy
 * takes it for another node; transfers under way finish on the connections before.
 */
final class EndpointRenderer {
    /** Envoy adds up the weights of localities in 32 bits. */
    private static final long MOST_WEIGHT = 1_000_000_000;

    private EndpointRenderer() {}

    /** @param percents the shares of nodes that have another than the declared one, in percent of their weights */
    static ClusterLoadAssignment assignment(PoolPlan pool, Map<String, Double> percents) {
        var nodes = pool.nodes().stream().filter(node -> !node.draining()).toList();
        var shares = shares(nodes, percents);
        var assignment = ClusterLoadAssignment.newBuilder().setClusterName(Names.cluster(pool.name()));
        if (nodes.isEmpty()) {
            return assignment.build();
        }
        boolean equal = countAsEqual(pool.balancing().policy(), nodes);
        var most = Collections.max(shares.values());
        if (Collections.min(shares.values()).equals(most)) {
            return assignment
                    .addEndpoints(locality("", pool, nodes, node -> equal ? 1 : node.weight()))
                    .build();
        }
        if (isHashing(pool.balancing().policy())) {
            return assignment
                    .addEndpoints(locality("", pool, nodes, node -> hashed(node, shares)))
                    .build();
        }
        long total = nodes.stream().mapToLong(node -> weight(node, shares)).sum();
        long divisor = (total + MOST_WEIGHT - 1) / MOST_WEIGHT;
        var whole = nodes.stream()
                .filter(node -> most.equals(shares.get(node.name())))
                .toList();
        var first = locality("", pool, whole, node -> equal ? 1 : node.weight());
        assignment.addEndpoints(weigh(
                first, whole.stream().mapToLong(node -> weight(node, shares)).sum(), divisor));
        for (var node : nodes) {
            if (!whole.contains(node)) {
                var own = locality(node.name(), pool, List.of(node), one -> 1);
                assignment.addEndpoints(weigh(own, weight(node, shares), divisor));
            }
        }
        return assignment.build();
    }

    /** In hundredths of a percent of their weights. */
    private static Map<String, Integer> shares(List<NodePlan> nodes, Map<String, Double> percents) {
        var shares = new TreeMap<String, Integer>();
        nodes.forEach(node ->
                shares.put(node.name(), (int) Math.round(100 * percents.getOrDefault(node.name(), 100.0))));
        return shares;
    }

    private static long weight(NodePlan node, Map<String, Integer> shares) {
        return (long) node.weight() * shares.getOrDefault(node.name(), 0);
    }

    /** A locality without a weight gets requests only when those with a weight have no healthy node. */
    private static LocalityLbEndpoints.Builder weigh(LocalityLbEndpoints.Builder locality, long weight, long divisor) {
        return weight == 0
                ? locality
                : locality.setLoadBalancingWeight(UInt32Value.of((int) Math.max(1, weight / divisor)));
    }

    private static LocalityLbEndpoints.Builder locality(
            String name, PoolPlan pool, List<NodePlan> nodes, ToIntFunction<NodePlan> weight) {
        return LocalityLbEndpoints.newBuilder()
                .setLocality(Locality.newBuilder().setSubZone(name))
                .addAllLbEndpoints(nodes.stream()
                        .map(node -> endpoint(pool, node, weight.applyAsInt(node)))
                        .toList());
    }

    private static boolean isHashing(Policy policy) {
        return policy == Policy.HASH_BUCKET || policy == Policy.HASH_KEY;
    }

    /** At least a hundredth of its weight: the smaller the smallest share, the larger the ring that Envoy makes. */
    private static int hashed(NodePlan node, Map<String, Integer> shares) {
        return node.weight() * Math.max(1, Math.round(shares.getOrDefault(node.name(), 0) / 100f));
    }

    /**
     * Whether the weights differ so little that they cost more than they give: with any two that differ, Envoy's least
     * request no longer compares all nodes, and a node that hangs gets requests by its weight.
     */
    private static boolean countAsEqual(Policy policy, List<NodePlan> nodes) {
        var weights = nodes.stream().mapToInt(NodePlan::weight).summaryStatistics();
        return policy == Policy.LEAST_REQUEST && weights.getMax() < 2L * weights.getMin();
    }

    private static LbEndpoint endpoint(PoolPlan pool, NodePlan node, int weight) {
        var tls = pool.tls();
        var authority = tls != null && tls.serverName() != null ? tls.serverName() : node.address();
        // Without a host name of its own a probe would carry the cluster's name as Host.
        var probe = Endpoint.HealthCheckConfig.newBuilder().setHostname(authority);
        var port = pool.health().active().port();
        if (port != null) {
            probe.setPortValue(port);
        }
        return LbEndpoint.newBuilder()
                .setLoadBalancingWeight(UInt32Value.of(weight))
                .setEndpoint(Endpoint.newBuilder()
                        .setAddress(address(node.address(), node.port()))
                        .setHostname(node.name())
                        .setHealthCheckConfig(probe))
                .build();
    }

    static Address address(String ip, int port) {
        return Address.newBuilder()
                .setSocketAddress(SocketAddress.newBuilder().setAddress(ip).setPortValue(port))
                .build();
    }
}
