package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.Backend;
import dev.datapath.operator.plan.GatewayPlan;
import dev.datapath.operator.plan.ListenerPlan;
import dev.datapath.operator.plan.PoolPlan;
import dev.datapath.operator.plan.RulePlan;
import dev.datapath.operator.s3.RequestClass;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The time for which a node may stop reading an upload. Envoy's idle timeout belongs to a request: when it ends a transfer, this
 * does not count as a node failure. So a node that answers other requests but stops reading uploads would never be ejected. The
 * kernel can attribute the stall: its user timeout (see {@link UserTimeout}) only runs while unacknowledged bytes for the node are
 * pending, and it closes the connection, which counts as a node failure. It also detects a node that is disconnected during an
 * upload, long before TCP retransmissions time out. It must expire before Envoy's idle timeout, because a transfer that Envoy ends
 * does not count as a failure.
 */
final class StalledUploads {
    private StalledUploads() {}

    /**
     * For each pool, three quarters of the longest idle timeout of a rule for uploads to it. A rule with a shorter idle timeout
     * ends its transfers by that.
     */
    static Map<String, Duration> limits(GatewayPlan plan) {
        var idles = new HashMap<String, Duration>();
        for (var rule : plan.rules()) {
            if (rule.action() instanceof RulePlan.Forward forward) {
                var asked = rule.timeouts().idle();
                var idle = asked == null ? RequestClass.WRITE.defaultIdle() : asked;
                forward.backends().forEach(share -> idles.merge(share.backend().name(), idle, StalledUploads::longer));
            }
        }
        plan.listeners().stream()
                .map(ListenerPlan::defaultBackend)
                .filter(Objects::nonNull)
                .map(Backend::name)
                .forEach(pool -> idles.merge(pool, RequestClass.WRITE.defaultIdle(), StalledUploads::longer));
        var limits = new HashMap<String, Duration>();
        plan.pools().stream()
                .map(PoolPlan::name)
                .forEach(pool -> limits.put(
                        pool,
                        idles.getOrDefault(pool, RequestClass.WRITE.defaultIdle())
                                .multipliedBy(3)
                                .dividedBy(4)));
        return limits;
    }

    /** The socket options of connections to nodes. */
    static BindConfig connections(Duration limit) {
        return BindConfig.newBuilder()
                .addSocketOptions(UserTimeout.of(limit, "an upload that the node stops reading"))
                .build();
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
