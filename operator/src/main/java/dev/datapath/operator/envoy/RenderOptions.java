package dev.datapath.operator.envoy;

/**
 * Where a gateway's listeners are bound; the rest of its configuration does not depend on the gateway.
 *
 * @param bindAddress IP address, such as {@code 0.0.0.0} in a pod
 * @param portOffset added to every listener's port, so that several gateways fit on one host; 0 in a pod
 * @param reusePort whether each worker thread accepts on a socket of its own: spreads connections better, but hides that
 *     another process of the same user has the port
 */
public record RenderOptions(String bindAddress, int portOffset, boolean reusePort) {

    /** A gateway alone in its network namespace. */
    public static final RenderOptions POD = new RenderOptions("0.0.0.0", 0, true);
}
