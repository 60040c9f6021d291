package dev.datapath.operator.envoy;

import com.google.protobuf.Message;
import com.google.protobuf.UInt64Value;
import dev.datapath.operator.plan.PoolPlan.Balancing;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;

/**
 * Renders load balancing policies. Locality weights are always enabled where a policy supports them, because a decision on a node
 * must only change endpoints. As long as no locality has a weight, Envoy compares all nodes
 * ({@code LocalityWrr::rebuildLocalityScheduler}).
 */
final class LoadBalancingRenderer {

    private static final LocalityLbConfig BY_LOCALITY = LocalityLbConfig.newBuilder()
            .setLocalityWeightedLbConfig(LocalityLbConfig.LocalityWeightedLbConfig.getDefaultInstance())
            .build();

    private LoadBalancingRenderer() {}

    static LoadBalancingPolicy policy(Balancing balancing) {
        return switch (balancing.policy()) {
            // Comparing all nodes instead of two random ones gives a hanging node almost no requests.
            case LEAST_REQUEST -> {
                var config = LeastRequest.newBuilder()
                        .setSelectionMethod(LeastRequest.SelectionMethod.FULL_SCAN)
                        .setLocalityLbConfig(BY_LOCALITY);
                if (!balancing.slowStart().isZero()) {
                    config.setSlowStartConfig(slowStart(balancing));
                }
                yield policy("least_request", config.build());
            }
            case ROUND_ROBIN -> {
                var config = RoundRobin.newBuilder().setLocalityLbConfig(BY_LOCALITY);
                if (!balancing.slowStart().isZero()) {
                    config.setSlowStartConfig(slowStart(balancing));
                }
                yield policy("round_robin", config.build());
            }
            case RANDOM ->
                policy(
                        "random",
                        Random.newBuilder().setLocalityLbConfig(BY_LOCALITY).build());
            case HASH_BUCKET, HASH_KEY ->
                policy(
                        "ring_hash",
                        RingHash.newBuilder()
                                .setMinimumRingSize(UInt64Value.of(1024))
                                .build());
        };
    }

    private static SlowStartConfig slowStart(Balancing balancing) {
        return SlowStartConfig.newBuilder()
                .setSlowStartWindow(Protos.duration(balancing.slowStart()))
                .build();
    }

    private static LoadBalancingPolicy policy(String name, Message config) {
        return LoadBalancingPolicy.newBuilder()
                .addPolicies(LoadBalancingPolicy.Policy.newBuilder()
                        .setTypedExtensionConfig(Protos.extension("envoy.load_balancing_policies." + name, config)))
                .build();
    }
}
