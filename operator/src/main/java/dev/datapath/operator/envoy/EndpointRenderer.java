package dev.datapath.operator.envoy;

import com.google.protobuf.UInt32Value;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.PoolPlan.Balancing.Policy;
import dev.datapath.operator.plan.PoolPlan.NodePlan;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The nodes of each pool. Weights and draining change here, without touching a connection. */
final class EndpointRenderer {

    private EndpointRenderer() {}

    static List<ClusterLoadAssignment> assignments(List<PoolPlan> pools) {
        return pools.stream().map(EndpointRenderer::assignment).toList();
    }

    private static ClusterLoadAssignment assignment(PoolPlan pool) {
        var byZone = new TreeMap<String, List<LbEndpoint>>();
        boolean equal = countAsEqual(pool);
        for (var node : pool.nodes()) {
            byZone.computeIfAbsent(node.zone(), zone -> new ArrayList<>())
                    .add(endpoint(pool, node, equal ? 1 : node.weight()));
        }
        var assignment = ClusterLoadAssignment.newBuilder().setClusterName(Names.cluster(pool.name()));
        byZone.forEach((zone, endpoints) -> assignment.addEndpoints(LocalityLbEndpoints.newBuilder()
                .setLocality(Locality.newBuilder().setZone(zone))
                .addAllLbEndpoints(endpoints)));
        return assignment.build();
    }

    /**
     * Whether the weights differ so little that they cost more than they give: with any two that differ, Envoy's least
     * request no longer compares all nodes, and a node that hangs gets requests by its weight.
     */
    private static boolean countAsEqual(PoolPlan pool) {
        var weights = pool.nodes().stream().mapToInt(NodePlan::weight).summaryStatistics();
        return pool.balancing().policy() == Policy.LEAST_REQUEST && weights.getMax() < 2L * weights.getMin();
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
                .setHealthStatus(node.draining() ? HealthStatus.DRAINING : HealthStatus.UNKNOWN)
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
