package dev.datapath.operator.envoy;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.overload.v3.LoadShedPoint;
import io.envoyproxy.envoy.config.overload.v3.OverloadAction;
import io.envoyproxy.envoy.config.overload.v3.OverloadManager;
import io.envoyproxy.envoy.config.overload.v3.ResourceMonitor;
import io.envoyproxy.envoy.config.overload.v3.ScaleTimersOverloadActionConfig;
import io.envoyproxy.envoy.config.overload.v3.ScaleTimersOverloadActionConfig.ScaleTimer;
import io.envoyproxy.envoy.config.overload.v3.ScaleTimersOverloadActionConfig.TimerType;
import io.envoyproxy.envoy.config.overload.v3.ScaledTrigger;
import io.envoyproxy.envoy.config.overload.v3.ThresholdTrigger;
import io.envoyproxy.envoy.config.overload.v3.Trigger;
import io.envoyproxy.envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig;
import io.envoyproxy.envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig;
import io.envoyproxy.envoy.type.v3.Percent;
import java.time.Duration;

/**
 * Overload protection: clients must not exhaust the connections or the memory of a gateway. The number of connections is limited
 * such that all of them fit into memory even when each is stalled with full buffers. Under pressure, idle and stalled connections
 * are closed sooner, then new requests and connections are rejected. Envoy's action that resets the largest streams has no effect
 * for HTTP/1.1, so it is not used.
 */
final class Overload {

    /** Memory of the process with an ordinary configuration, measured as 70 MiB, and the kernel's memory for connections. */
    static final long BASE_BYTES = 128L << 20;

    /**
     * Maximum memory of one connection. Measured: 230 KiB with clients that stop reading a download, and 120 KiB with an incomplete
     * request header of the maximum size.
     */
    static final long CONNECTION_BYTES = 256L << 10;

    private static final int FEWEST_CONNECTIONS = 64;
    private static final Duration REFRESH = Duration.ofMillis(100);
    private static final Duration IDLE_UNDER_PRESSURE = Duration.ofSeconds(5);
    private static final Duration HANDSHAKE_UNDER_PRESSURE = Duration.ofSeconds(2);
    /** With this, a stalled transfer with a timeout of one minute is closed after six seconds. */
    private static final Percent STALL_UNDER_PRESSURE =
            Percent.newBuilder().setValue(10).build();

    private static final String CONNECTIONS = "envoy.resource_monitors.global_downstream_max_connections";
    private static final String HEAP = "envoy.resource_monitors.fixed_heap";

    private Overload() {}

    static OverloadManager manager(BootstrapSpec spec) {
        var manager = OverloadManager.newBuilder()
                .setRefreshInterval(Protos.duration(REFRESH))
                .addResourceMonitors(monitor(
                        CONNECTIONS,
                        DownstreamConnectionsConfig.newBuilder()
                                .setMaxActiveDownstreamConnections(connections(spec))
                                .build()));
        var sooner = action("reduce_timeouts", scaled(CONNECTIONS, 0.7, 0.95)).setTypedConfig(Protos.any(timers()));
        var memory = spec.memoryLimit();
        if (memory == null) {
            return manager.addActions(sooner).build();
        }
        return manager.addResourceMonitors(monitor(
                        HEAP,
                        FixedHeapConfig.newBuilder()
                                .setMaxHeapSizeBytes(heap(memory))
                                .build()))
                .addActions(sooner.addTriggers(scaled(HEAP, 0.7, 0.9)))
                .addActions(action("shrink_heap", above(HEAP, 0.7)))
                .addActions(action("stop_accepting_requests", above(HEAP, 0.92)))
                .addActions(action("stop_accepting_connections", above(HEAP, 0.95)))
                // Incomplete request headers do not count as requests, so they need this load shed point.
                .addLoadshedPoints(LoadShedPoint.newBuilder()
                        .setName("envoy.load_shed_points.http1_server_abort_dispatch")
                        .addTriggers(above(HEAP, 0.98)))
                .build();
    }

    /** The declared number of connections, limited to what fits into memory. */
    static int connections(BootstrapSpec spec) {
        var memory = spec.memoryLimit();
        if (memory == null) {
            return spec.maxConnections();
        }
        long fit = Math.max((memory - BASE_BYTES) / CONNECTION_BYTES, FEWEST_CONNECTIONS);
        return (int) Math.min(spec.maxConnections(), fit);
    }

    private static long heap(long memory) {
        return Math.max(memory - BASE_BYTES, memory / 3);
    }

    private static ScaleTimersOverloadActionConfig timers() {
        return ScaleTimersOverloadActionConfig.newBuilder()
                .addTimerScaleFactors(ScaleTimer.newBuilder()
                        .setTimer(TimerType.HTTP_DOWNSTREAM_CONNECTION_IDLE)
                        .setMinTimeout(Protos.duration(IDLE_UNDER_PRESSURE)))
                .addTimerScaleFactors(ScaleTimer.newBuilder()
                        .setTimer(TimerType.TRANSPORT_SOCKET_CONNECT)
                        .setMinTimeout(Protos.duration(HANDSHAKE_UNDER_PRESSURE)))
                .addTimerScaleFactors(ScaleTimer.newBuilder()
                        .setTimer(TimerType.HTTP_DOWNSTREAM_STREAM_IDLE)
                        .setMinScale(STALL_UNDER_PRESSURE))
                .build();
    }

    private static OverloadAction.Builder action(String name, Trigger trigger) {
        return OverloadAction.newBuilder()
                .setName("envoy.overload_actions." + name)
                .addTriggers(trigger);
    }

    private static Trigger scaled(String monitor, double from, double to) {
        return Trigger.newBuilder()
                .setName(monitor)
                .setScaled(ScaledTrigger.newBuilder().setScalingThreshold(from).setSaturationThreshold(to))
                .build();
    }

    private static Trigger above(String monitor, double share) {
        return Trigger.newBuilder()
                .setName(monitor)
                .setThreshold(ThresholdTrigger.newBuilder().setValue(share))
                .build();
    }

    private static ResourceMonitor monitor(String name, Message config) {
        return ResourceMonitor.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.any(config))
                .build();
    }
}
