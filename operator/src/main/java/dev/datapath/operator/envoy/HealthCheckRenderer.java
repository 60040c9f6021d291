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

/** Renders health checks and outlier detection of nodes. */
final class HealthCheckRenderer {

    private static final int BODY_BYTES = 64 * 1024;

    /** Maximum ejection time as a multiple of the base ejection time. Envoy adds the base time with each ejection. */
    private static final int MAX_EJECTION_FACTOR = 10;

    /** The interval at which failure percentages are computed and the end of ejections is checked. */
    private static final Duration EJECTION_INTERVAL = Duration.ofSeconds(3);

    /**
     * The failure percentage that ejects a node. A node that only fails writes has their share as failures. A node that aborts
     * every response has 50 %, because Envoy counts the response header as a success and then the reset as a failure.
     */
    private static final int FAILURE_PERCENT = 25;

    /**
     * Minimum number of results for a failure percentage, as a multiple of the consecutive errors that eject: by default, three
     * failures are needed.
     */
    private static final int RESULTS_PER_ERROR = 2;

    /**
     * Interval of the domain check. A change at the store is detected after this time. Each check adds a line to the store's log.
     */
    private static final Duration DOMAIN_INTERVAL = Duration.ofSeconds(30);

    /**
     * Timeout of the domain check. A gateway waits for the first check of a cluster before it uses the cluster, so a node that is
     * down delays it by this time.
     */
    private static final Duration DOMAIN_TIMEOUT = Duration.ofSeconds(1);

    /** No endpoint has this metadata, so requests always use the transport socket of the cluster. */
    private static final Struct CLEAR_TEXT = Struct.newBuilder()
            .putFields("clear-text", Value.newBuilder().setBoolValue(true).build())
            .build();

    private HealthCheckRenderer() {}

    /** @param events file to which Envoy appends an event when a node's health changes */
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
     * Passes when the store is <em>not</em> configured with the base domain: its response contains the bucket of the path, so the
     * store did not read the bucket from the host. Any other response, or none, proves nothing.
     */
    static HealthCheck domain(String baseDomain) {
        return every(DOMAIN_INTERVAL, DOMAIN_TIMEOUT)
                .setUnhealthyThreshold(UInt32Value.of(1))
                .setHealthyThreshold(UInt32Value.of(1))
                // The store would close the connection before the next check.
                .setReuseConnection(BoolValue.of(false))
                .setHttpHealthCheck(http(DomainQuestion.PROBE).toBuilder().setHost(DomainQuestion.host(baseDomain)))
                .build();
    }

    private static HealthCheck.Builder every(Duration interval, Duration timeout) {
        var pause = Protos.duration(interval);
        return HealthCheck.newBuilder()
                .setInterval(pause)
                // Envoy's default for a pool without requests is one minute, which is too long for the first request
                // after a pause.
                .setNoTrafficInterval(pause)
                .setNoTrafficHealthyInterval(pause)
                .setIntervalJitterPercent(10)
                .setTimeout(Protos.duration(timeout));
    }

    /** The transport sockets of health checks; none when they use that of the cluster. */
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
     * Ejection by the results of client requests. Of the store's responses only 502 and 504 count (see the error matcher of
     * {@link ClusterRenderer}). A reset, a failed connection and a first-byte timeout count, too. With split errors, Envoy counts
     * these separately and resets the count with each opened connection: a node that accepts connections and resets them would
     * never be ejected. So errors are not split. A passing health check does not end an ejection either, because such a node passes
     * all of them.
     *
     * <p>Consecutive errors do not detect a node that fails some requests or aborts responses, because each success resets the
     * count. So the failure percentage is used, too. Envoy's comparison with the other nodes (success rate) is not used, because in
     * a healthy pool it ejects for a single failure.
     */
    static OutlierDetection passive(HealthPlan.Passive passive) {
        return OutlierDetection.newBuilder()
                .setInterval(Protos.duration(EJECTION_INTERVAL))
                .setBaseEjectionTime(Protos.duration(passive.ejectFor()))
                .setMaxEjectionTime(Protos.duration(passive.ejectFor().multipliedBy(MAX_EJECTION_FACTOR)))
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
