package dev.datapath.operator.envoy;

import com.google.protobuf.UInt32Value;
import dev.datapath.operator.plan.PoolPlan;
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
        for (var node : pool.nodes()) {
            byZone.computeIfAbsent(node.zone(), zone -> new ArrayList<>()).add(endpoint(pool, node));
        }
        var assignment = ClusterLoadAssignment.newBuilder().setClusterName(Names.cluster(pool.name()));
        byZone.forEach((zone, endpoints) -> assignment.addEndpoints(LocalityLbEndpoints.newBuilder()
                .setLocality(Locality.newBuilder().setZone(zone))
                .addAllLbEndpoints(endpoints)));
        return assignment.build();
    }

    private static LbEndpoint endpoint(PoolPlan pool, NodePlan node) {
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
                .setLoadBalancingWeight(UInt32Value.of(node.weight()))
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
