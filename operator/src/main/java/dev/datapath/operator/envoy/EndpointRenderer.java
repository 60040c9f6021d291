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
 * Renders the nodes of each pool. A change of weights does not affect connections. A draining node is left out: current requests
 * finish, and it gets no new ones. With Envoy's status DRAINING it would get requests when all other nodes are down (panic mode).
 *
 * <p>All nodes with their full share are in one locality, because Envoy's least request only compares nodes within a locality. A
 * node with another share has its own locality with this share as its weight. With two different weights in one locality, Envoy
 * would no longer compare all of its nodes. The connections of a node are not reused when it moves to its own locality or back,
 * because Envoy treats it as another node. Current transfers finish on the old connections.
 */
final class EndpointRenderer {
    /** Envoy sums the weights of localities in 32 bits. */
    private static final long MAX_WEIGHT = 1_000_000_000;

    private EndpointRenderer() {}

    /** @param percents the shares of nodes that differ from the declared weight, in percent of the weight */
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
        long divisor = (total + MAX_WEIGHT - 1) / MAX_WEIGHT;
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

    /** The shares in hundredths of a percent of the weights. */
    private static Map<String, Integer> shares(List<NodePlan> nodes, Map<String, Double> percents) {
        var shares = new TreeMap<String, Integer>();
        nodes.forEach(node ->
                shares.put(node.name(), (int) Math.round(100 * percents.getOrDefault(node.name(), 100.0))));
        return shares;
    }

    private static long weight(NodePlan node, Map<String, Integer> shares) {
        return (long) node.weight() * shares.getOrDefault(node.name(), 0);
    }

    /** Sets the weight of a locality. A locality without weight gets requests only when those with weight have no healthy node. */
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

    /**
     * The weight for hashing, at least a hundredth of the declared weight, because a smaller minimum share makes Envoy build a
     * larger ring.
     */
    private static int hashed(NodePlan node, Map<String, Integer> shares) {
        return node.weight() * Math.max(1, Math.round(shares.getOrDefault(node.name(), 0) / 100f));
    }

    /**
     * Whether the weights differ too little to be useful. With any two different weights, Envoy's least request no longer compares
     * all nodes, and a hanging node gets requests according to its weight.
     */
    private static boolean countAsEqual(Policy policy, List<NodePlan> nodes) {
        var weights = nodes.stream().mapToInt(NodePlan::weight).summaryStatistics();
        return policy == Policy.LEAST_REQUEST && weights.getMax() < 2L * weights.getMin();
    }

    private static LbEndpoint endpoint(PoolPlan pool, NodePlan node, int weight) {
        var tls = pool.tls();
        var authority = tls != null && tls.serverName() != null ? tls.serverName() : node.address();
        // Without this host name a health check would send the cluster's name as Host.
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
