package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.ContainerPorts;
import dev.datapath.operator.plan.GatewayPlan;
import java.nio.file.Path;
import java.util.function.IntUnaryOperator;

/**
 * Where a gateway's listeners are bound; the rest of its configuration does not depend on the gateway.
 *
 * @param bindAddress IP address, such as {@code 0.0.0.0} in a pod
 * @param ports from a listener's port to the one that the gateway opens for it
 * @param reusePort whether each worker thread accepts on a socket of its own: spreads connections better, but hides that
 *     another process of the same user has the port
 * @param checkEvents file to which the gateway appends how nodes pass and fail health checks; its directory must exist
 */
public record RenderOptions(String bindAddress, IntUnaryOperator ports, boolean reusePort, Path checkEvents) {

    /** A gateway alone in its network namespace: all gateways of this plan. */
    public static RenderOptions pod(GatewayPlan plan) {
        return new RenderOptions("0.0.0.0", ContainerPorts.of(plan.listeners())::of, true, BootstrapSpec.CHECK_EVENTS);
    }
}
