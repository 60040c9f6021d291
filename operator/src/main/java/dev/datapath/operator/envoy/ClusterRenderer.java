package dev.datapath.operator.envoy;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.UInt32Value;
import dev.datapath.operator.model.DomainUse;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.PoolPlan.NodePlan;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CommonLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.UpstreamConnectionOptions;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;
import io.envoyproxy.envoy.config.core.v3.TcpKeepalive;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.type.v3.Percent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * One Envoy cluster per pool: health and connections are shared by all rules that use it. Another one per pool and base domain checks
 * whether the store knows the domain.
 */
final class ClusterRenderer {

    /**
     * The most of one transfer that waits in the gateway, per connection and direction. Larger moves large objects with
     * less CPU, smaller bounds the memory of stalled transfers; see docs/benchmarks.md for both.
     */
    static final int BUFFER_BYTES = 128 * 1024;

    /** High enough never to be reached: the bounds that count are per node. */
    private static final int UNLIMITED = 1_000_000;

    /**
     * Envoy counts a request whose connection is just being opened among those that wait for one. Without room for them a gateway
     * that starts, or whose connections were idle, would refuse what no node is too busy for; with a queue of 0, everything.
     */
    private static final int OPENING = 128;

    /** A smaller floor starves retries just when a node dies and nearly all active requests are retries. */
    private static final int MIN_RETRY_CONCURRENCY = 20;

    private static final String HTTP_OPTIONS_TYPE = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    /**
     * HTTP/1.1 byte for byte. An object may come back with all headers of its upload, so an answer may have more of them than a request
     * (see {@link ListenerRenderer}): one with too many counts as a failure of its node. And which of the store's answers speak against a node: 502 and 504. A 503 SlowDown does
     * not, because overloaded is not down. Written as JSON because the outlier part is newer than the API library.
     */
    private static final String HTTP_OPTIONS = """
            {"explicit_http_config": {"http_protocol_options": {
               "enable_trailers": true,
               "header_key_format": {"stateful_formatter": {"name": "preserve_case", "typed_config": {
                 "@type": "type.googleapis.com/envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig",
                 "forward_reason_phrase": true}}}}},
             "common_http_protocol_options": {"idle_timeout": "%s", "max_headers_count": 2000, "max_response_headers_kb": 256},
             "outlier_detection": {"error_matcher": {"or_match": {"rules": [
               {"http_response_headers_match": {"headers": [{"name": ":status", "string_match": {"exact": "502"}}]}},
               {"http_response_headers_match": {"headers": [{"name": ":status", "string_match": {"exact": "504"}}]}}]}}}}
            """;

    private ClusterRenderer() {}

    /** One that never has a node. */
    static Cluster empty(String name) {
        return Cluster.newBuilder()
                .setName(name)
                .setType(Cluster.DiscoveryType.STATIC)
                .setConnectTimeout(Protos.duration(Duration.ofSeconds(1)))
                .setLoadAssignment(ClusterLoadAssignment.newBuilder().setClusterName(name))
                .build();
    }

    /**
     * @param pool its nodes do not matter
     * @param stalledUpload how long a node may take nothing of an upload
     */
    static Cluster cluster(PoolPlan pool, Duration stalledUpload, Path checkEvents) {
        var limits = pool.limits();
        var cluster = Cluster.newBuilder()
                .setName(Names.cluster(pool.name()))
                .setType(Cluster.DiscoveryType.EDS)
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder()
                        .setEdsConfig(Protos.ads().toBuilder()
                                .setInitialFetchTimeout(Protos.duration(Duration.ofSeconds(3)))))
                .setConnectTimeout(Protos.duration(limits.connectTimeout()))
                .setPerConnectionBufferLimitBytes(UInt32Value.of(BUFFER_BYTES))
                .setLoadBalancingPolicy(LoadBalancingRenderer.policy(pool.balancing()))
                .setCommonLbConfig(CommonLbConfig.newBuilder()
                        .setHealthyPanicThreshold(
                                Percent.newBuilder().setValue(pool.health().panicThresholdPercent()))
                        // Envoy would go on for a second with nodes that it knows to be down.
                        .setUpdateMergeWindow(Protos.duration(Duration.ZERO)))
                .setCircuitBreakers(circuitBreakers(limits))
                .addHealthChecks(HealthCheckRenderer.active(pool.health().active(), checkEvents))
                .setIgnoreHealthOnHostRemoval(true)
                .setOutlierDetection(HealthCheckRenderer.passive(pool.health().passive()))
                .setUpstreamBindConfig(StalledUploads.connections(stalledUpload))
                .setUpstreamConnectionOptions(UpstreamConnectionOptions.newBuilder()
                        .setTcpKeepalive(TcpKeepalive.newBuilder()
                                .setKeepaliveTime(UInt32Value.of(30))
                                .setKeepaliveInterval(UInt32Value.of(5))
                                .setKeepaliveProbes(UInt32Value.of(3))))
                .putTypedExtensionProtocolOptions(HTTP_OPTIONS_TYPE, Protos.any(httpOptions(limits.idleTimeout())));
        if (pool.tls() != null) {
            cluster.setTransportSocket(TlsContexts.upstream(pool.tls()))
                    .addAllTransportSocketMatches(
                            HealthCheckRenderer.sockets(pool.health().active()));
        }
        return cluster.build();
    }

    /**
     * Checks whether the store knows a base domain. It is a separate cluster, because the result says nothing about the health of the
     * node.
     */
    static Cluster domainCheck(DomainUse use, PoolPlan pool, NodePlan node) {
        var cluster =
                Bootstrap.cluster(Names.domainCheck(use), EndpointRenderer.address(node.address(), node.port()))
                        .toBuilder()
                        .addHealthChecks(HealthCheckRenderer.domain(use.baseDomain()));
        if (pool.tls() != null) {
            cluster.setTransportSocket(TlsContexts.upstream(pool.tls()));
        }
        return cluster.build();
    }

    private static CircuitBreakers circuitBreakers(PoolPlan.Limits limits) {
        var breakers = CircuitBreakers.newBuilder();
        for (var priority : List.of(RoutingPriority.DEFAULT, RoutingPriority.HIGH)) {
            breakers.addThresholds(CircuitBreakers.Thresholds.newBuilder()
                            .setPriority(priority)
                            .setMaxConnections(UInt32Value.of(UNLIMITED))
                            .setMaxPendingRequests(UInt32Value.of(
                                    limits.maxPendingRequests() + Math.min(OPENING, limits.maxConnectionsPerNode())))
                            .setMaxRequests(UInt32Value.of(UNLIMITED))
                            .setTrackRemaining(true)
                            .setRetryBudget(CircuitBreakers.Thresholds.RetryBudget.newBuilder()
                                    .setBudgetPercent(retryBudget(limits.retryBudgetPercent()))
                                    .setMinRetryConcurrency(UInt32Value.of(MIN_RETRY_CONCURRENCY))))
                    .addPerHostThresholds(CircuitBreakers.Thresholds.newBuilder()
                            .setPriority(priority)
                            .setMaxConnections(UInt32Value.of(limits.maxConnectionsPerNode())));
        }
        return breakers.build();
    }

    /**
     * Envoy counts repetitions against all active requests, them included; ours is a share of what clients sent: with p
     * percent at most 1 + p/100 requests reach the nodes for each of a client's.
     */
    private static Percent retryBudget(int percentOfClientRequests) {
        return Percent.newBuilder()
                .setValue(100.0 * percentOfClientRequests / (100 + percentOfClientRequests))
                .build();
    }

    private static TypedStruct httpOptions(Duration idleTimeout) {
        return Protos.typedStruct(HTTP_OPTIONS_TYPE, HTTP_OPTIONS.formatted(JsonDurations.seconds(idleTimeout)));
    }
}
