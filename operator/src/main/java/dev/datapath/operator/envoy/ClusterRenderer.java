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
 * One Envoy cluster per pool: health and connections are shared by all rules that use it. Another cluster per pool and base domain
 * checks whether the store is configured with the domain.
 */
final class ClusterRenderer {

    /**
     * Buffer limit per connection and direction. A larger buffer transfers large objects with less CPU. A smaller one limits the
     * memory of stalled transfers. See docs/benchmarks.md for both.
     */
    static final int BUFFER_BYTES = 128 * 1024;

    /** High enough never to be reached, because the effective limits are per node. */
    private static final int UNLIMITED = 1_000_000;

    /**
     * Envoy counts a request whose connection is being opened as pending. Without this margin, a gateway that starts or whose
     * connections were closed would reject requests although no node is busy. With a queue of 0 it would reject all requests.
     */
    private static final int OPENING = 128;

    /** Maximum number of copies in progress at one gateway. Further copies are not sent: those to a node that hangs must not accumulate. */
    private static final int MIRRORED = 100;

    /** A smaller minimum would prevent retries when a node fails and nearly all active requests are retries. */
    private static final int MIN_RETRY_CONCURRENCY = 20;

    private static final String HTTP_OPTIONS_TYPE = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    /**
     * HTTP/1.1 options that keep requests byte-exact, and the responses that count as node errors: 502 and 504. A 503 SlowDown does
     * not count, because an overloaded node has not failed. An object may come back with all headers of its upload and the store's own,
     * and a response with too many headers counts as a node error: so a response may have more than a request (see
     * {@link ListenerRenderer}). Written as JSON because the outlier part is newer than the API library.
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

    /** A cluster that never has a node. */
    static Cluster empty(String name) {
        return Cluster.newBuilder()
                .setName(name)
                .setType(Cluster.DiscoveryType.STATIC)
                .setConnectTimeout(Protos.duration(Duration.ofSeconds(1)))
                .setLoadAssignment(ClusterLoadAssignment.newBuilder().setClusterName(name))
                .build();
    }

    /**
     * @param pool its nodes are ignored
     * @param stalledUpload how long a node may stop reading an upload
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
                        // Otherwise Envoy would use nodes for another second after it has detected that they are down.
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
     * The nodes of a pool as the target of copies. It is a separate cluster, because copies must not affect requests to the pool: their
     * number is limited, they have connections of their own, and their failures eject no node. There are no health checks: a copy that
     * fails is only counted.
     *
     * @param cluster of the pool
     */
    static Cluster mirror(Cluster cluster, String name) {
        var thresholds = CircuitBreakers.Thresholds.newBuilder()
                .setMaxConnections(UInt32Value.of(MIRRORED))
                .setMaxPendingRequests(UInt32Value.of(MIRRORED))
                .setMaxRequests(UInt32Value.of(MIRRORED))
                .setTrackRemaining(true);
        return cluster.toBuilder()
                .setName(name)
                .clearHealthChecks()
                .clearOutlierDetection()
                .clearTransportSocketMatches()
                .setCommonLbConfig(CommonLbConfig.newBuilder().setUpdateMergeWindow(Protos.duration(Duration.ZERO)))
                .setCircuitBreakers(CircuitBreakers.newBuilder()
                        .addThresholds(
                                thresholds.setPriority(RoutingPriority.DEFAULT).build())
                        .addThresholds(
                                thresholds.setPriority(RoutingPriority.HIGH).build()))
                .build();
    }

    /**
     * Checks whether the store is configured with a base domain. It is a separate cluster, because the result is independent of the
     * node's health.
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
     * Converts the retry budget. Envoy's budget is a percentage of all active requests including retries. The declared one is a
     * percentage of client requests: with p percent, nodes get at most 1 + p/100 requests for each client request.
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
