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
 * How long a node may take nothing of an upload. Envoy's own timer for silence speaks of a request: when it ends a transfer, no node has
 * failed, so one that answers every other request and stops reading uploads would stay for ever. The kernel knows whose fault it is: its
 * user timeout (see {@link UserTimeout}) runs only while bytes for the node wait that it does not take, and closes
 * the connection, which counts as a failure of the node. It also finds a node that is cut off in the middle of an upload, long before the
 * kernel would give up its repetitions. It comes before Envoy's timer, since a transfer that Envoy ends counts as no failure.
 */
final class StalledUploads {
    private StalledUploads() {}

    /**
     * For each pool: three quarters of the longest silence that a rule allows uploads to it. A rule with a shorter one ends its
     * transfers itself.
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

    /** What connections to nodes are opened with. */
    static BindConfig connections(Duration limit) {
        return BindConfig.newBuilder()
                .addSocketOptions(UserTimeout.of(limit, "an upload of which the node takes nothing"))
                .build();
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
