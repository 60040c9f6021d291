package dev.datapath.operator.status;

import dev.datapath.operator.plan.PoolPlan.NodePlan;

/**
 * How one gateway sees one node.
 *
 * @param gateway the gateway's name
 * @param address IP address of the node
 * @param port its S3 port
 * @param health whether the gateway sends it requests
 */
public record NodeReport(String gateway, String address, int port, Health health) {

    /** Whether a gateway sends requests to a node. */
    public enum Health {
        HEALTHY(""),
        /** No health check has ended yet. */
        UNCHECKED("not checked yet"),
        /** The node refuses, breaks off or answers otherwise than a healthy one. */
        FAILED_CHECK("fails its health check"),
        /** The node does not answer in time. */
        TIMED_OUT_CHECK("fails its health check"),
        EJECTED("ejected after errors or resets"),
        DRAINING("draining");

        private final String reason;

        Health(String reason) {
            this.reason = reason;
        }

        String reason() {
            return reason;
        }

        /** Whether the gateway has judged the node and sends it nothing. */
        public boolean failing() {
            return this == FAILED_CHECK || this == TIMED_OUT_CHECK || this == EJECTED;
        }
    }

    /** Whether it speaks of this node. */
    public boolean isAbout(NodePlan node) {
        return port == node.port() && address.equals(node.address());
    }
}
