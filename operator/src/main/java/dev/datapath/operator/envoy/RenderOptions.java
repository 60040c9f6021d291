package dev.datapath.operator.envoy;

import dev.datapath.operator.plan.ContainerPorts;
import dev.datapath.operator.plan.GatewayPlan;
import java.nio.file.Path;
import java.util.function.IntUnaryOperator;

/**
 * The options of a gateway for rendering: addresses and ports of its listeners, and a file. The rest of the configuration is equal
 * for all gateways.
 *
 * @param bindAddress IP address, such as {@code 0.0.0.0} in a pod
 * @param ports maps the port of a listener to the port that the gateway opens
 * @param reusePort whether each worker thread has its own listening socket. This distributes connections better, but does not
 *     detect that another process of the same user uses the port
 * @param checkEvents file to which the gateway appends health check events; its directory must exist
 */
public record RenderOptions(String bindAddress, IntUnaryOperator ports, boolean reusePort, Path checkEvents) {

    /** Options for all gateways of a plan that run in their own network namespace. */
    public static RenderOptions pod(GatewayPlan plan) {
        return new RenderOptions("0.0.0.0", ContainerPorts.of(plan.listeners())::of, true, BootstrapSpec.CHECK_EVENTS);
    }
}
