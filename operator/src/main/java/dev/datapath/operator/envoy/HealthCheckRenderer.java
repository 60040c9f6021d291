package dev.datapath.operator.envoy;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import com.google.protobuf.Value;
import dev.datapath.operator.plan.DomainQuestion;
import dev.datapath.operator.plan.HealthPlan;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.config.core.v3.RequestMethod;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.type.v3.Int64Range;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/** How it is found out that a node should get no requests. */
final class HealthCheckRenderer {

    private static final int BODY_BYTES = 64 * 1024;

    /** How many times its first time out a node is left out at most; Envoy adds the first time with each ejection. */
    private static final int MOST_EJECTION_FACTOR = 10;

    /** How often a share of failures is counted anew, and whether ejections are over is checked. */
    private static final Duration EJECTION_INTERVAL = Duration.ofSeconds(3);

    /**
     * The share of failures that ejects a node. A node that fails only writes fails their share; one that breaks off every
     * answer fails half, since Envoy counts the head of an answer as a success and then the cut as a failure.
     */
    private static final int FAILURE_PERCENT = 25;

    /** A share is taken of at least so many results for each failure in a row that ejects: three failures by default. */
    private static final int RESULTS_PER_ERROR = 2;

    /** How long after a change at the store the check still reports the state before. Each check is a line in the store's log. */
    private static final Duration DOMAIN_INTERVAL = Duration.ofSeconds(30);

    /** A gateway waits for the first check of a cluster before it takes the cluster over: for a node that is down, this long. */
    private static final Duration DOMAIN_TIMEOUT = Duration.ofSeconds(1);

    /** No endpoint carries it: requests always take the cluster's own socket. */
    private static final Struct CLEAR_TEXT = Struct.newBuilder()
            .putFields("clear-text", Value.newBuilder().setBoolValue(true).build())
            .build();

    private HealthCheckRenderer() {}

    /** @param events file to which passes and failures are appended when a node's health changes */
    static HealthCheck active(HealthPlan.Active active, Path events) {
        var check = every(active.interval(), active.timeout())
                .setUnhealthyThreshold(UInt32Value.of(active.unhealthyAfter()))
                .setHealthyThreshold(UInt32Value.of(active.healthyAfter()));
        check.setHttpHealthCheck(http(active.probe()))
                .addEventLogger(Protos.extension(
                        "envoy.health_check.event_sinks.file",
                        HealthCheckEventFileSink.newBuilder()
                                .setEventLogPath(events.toString())
                                .build()));
        if (active.probe().clearText()) {
            check.setTransportSocketMatchCriteria(CLEAR_TEXT);
        }
        return check.build();
    }

    /**
     * Passes when the store does <em>not</em> know the base domain: its answer names the bucket of the path, so it did not read the
     * bucket from the host. Any other answer, or no answer, proves nothing.
     */
    static HealthCheck domain(String baseDomain) {
        return every(DOMAIN_INTERVAL, DOMAIN_TIMEOUT)
                .setUnhealthyThreshold(UInt32Value.of(1))
                .setHealthyThreshold(UInt32Value.of(1))
                // The store would have closed the connection before the next check.
                .setReuseConnection(BoolValue.of(false))
                .setHttpHealthCheck(http(DomainQuestion.PROBE).toBuilder().setHost(DomainQuestion.host(baseDomain)))
                .build();
    }

    private static HealthCheck.Builder every(Duration interval, Duration timeout) {
        var pause = Protos.duration(interval);
        return HealthCheck.newBuilder()
                .setInterval(pause)
                // Envoy's defaults for a pool without requests are a minute: too long for the first request after a
                // pause.
                .setNoTrafficInterval(pause)
                .setNoTrafficHealthyInterval(pause)
                .setIntervalJitterPercent(10)
                .setTimeout(Protos.duration(timeout));
    }

    /** The sockets that checks take in place of the cluster's; none where they take that. */
    static List<Cluster.TransportSocketMatch> sockets(HealthPlan.Active active) {
        if (!active.probe().clearText()) {
            return List.of();
        }
        return List.of(Cluster.TransportSocketMatch.newBuilder()
                .setName("health-check")
                .setMatch(CLEAR_TEXT)
                .setTransportSocket(TransportSocket.newBuilder()
                        .setName("envoy.transport_sockets.raw_buffer")
                        .setTypedConfig(Protos.any(RawBuffer.getDefaultInstance())))
                .build());
    }

    private static HealthCheck.HttpHealthCheck http(HealthPlan.HttpProbe probe) {
        var check = HealthCheck.HttpHealthCheck.newBuilder()
                .setMethod(RequestMethod.valueOf(probe.method()))
                .setPath(probe.path());
        if (probe.expectedStatuses().isEmpty()) {
            check.addExpectedStatuses(Int64Range.newBuilder().setStart(100).setEnd(600));
        }
        for (int status : probe.expectedStatuses()) {
            check.addExpectedStatuses(Int64Range.newBuilder().setStart(status).setEnd(status + 1L));
        }
        if (probe.bodyContains() != null) {
            var hex = HexFormat.of().formatHex(probe.bodyContains().getBytes(StandardCharsets.UTF_8));
            check.setResponseBufferSize(UInt64Value.of(BODY_BYTES))
                    .addReceive(HealthCheck.Payload.newBuilder().setText(hex));
        }
        return check.build();
    }

    /**
     * Ejection by what clients' requests meet. Of the store's answers only 502 and 504 count (see the error matcher of
     * {@link ClusterRenderer}); a reset, a failed connection and a first byte that comes too late count like them. Envoy
     * counts these apart when asked to split errors by their origin, and then forgets them with each connection that
     * opens: a node that accepts and resets would never be ejected. So they are not split. Nor does a health check that
     * passes end an ejection: such a node passes all of them.
     *
     * <p>Failures in a row miss a node that fails some requests, or breaks off answers, since each success starts the count
     * again. So their share counts too. Envoy's comparison with the other nodes (success rate) is not used: in a pool where all
     * is well it ejects for a single failure.
     */
    static OutlierDetection passive(HealthPlan.Passive passive) {
        return OutlierDetection.newBuilder()
                .setInterval(Protos.duration(EJECTION_INTERVAL))
                .setBaseEjectionTime(Protos.duration(passive.ejectFor()))
                .setMaxEjectionTime(Protos.duration(passive.ejectFor().multipliedBy(MOST_EJECTION_FACTOR)))
                .setSuccessfulActiveHealthCheckUnejectHost(BoolValue.of(false))
                .setMaxEjectionPercent(UInt32Value.of(passive.maxEjectedPercent()))
                .setAlwaysEjectOneHost(BoolValue.of(passive.maxEjectedPercent() > 0))
                .setConsecutive5Xx(UInt32Value.of(passive.consecutiveErrors()))
                .setEnforcingConsecutive5Xx(UInt32Value.of(100))
                .setEnforcingSuccessRate(UInt32Value.of(0))
                .setConsecutiveGatewayFailure(UInt32Value.of(passive.consecutiveErrors()))
                .setEnforcingConsecutiveGatewayFailure(UInt32Value.of(100))
                .setFailurePercentageThreshold(UInt32Value.of(FAILURE_PERCENT))
                .setEnforcingFailurePercentage(UInt32Value.of(100))
                .setFailurePercentageMinimumHosts(UInt32Value.of(1))
                .setFailurePercentageRequestVolume(UInt32Value.of(RESULTS_PER_ERROR * passive.consecutiveErrors()))
                .setSplitExternalLocalOriginErrors(false)
                .build();
    }
}
