package dev.datapath.operator.model;

/**
 * One gateway's assessment of one node.
 *
 * @param gateway the gateway's name
 * @param address IP address of the node
 * @param port its S3 port
 * @param health whether the gateway sends requests to the node
 * @param checkStatus HTTP status of the response to a failed health check; 0 when unknown
 */
public record NodeReport(String gateway, String address, int port, Health health, int checkStatus) {

    /** A report without the status of a failed health check. */
    public NodeReport(String gateway, String address, int port, Health health) {
        this(gateway, address, port, health, 0);
    }

    /** Whether a gateway sends requests to a node. */
    public enum Health {
        HEALTHY(""),
        /** No health check has ended yet. */
        UNCHECKED("not checked yet"),
        /** The node fails its health check for a reason that the gateway does not report. */
        FAILED_CHECK("fails its health check"),
        /** The node refuses or resets the connection, or does not speak HTTP. */
        BROKEN_CHECK("fails its health check"),
        /** As {@link #BROKEN_CHECK}, in a pool with nodes whose certificates the gateway does not accept. */
        UNTRUSTED_CHECK("fails its health check"),
        /** The node responds, but not as a healthy node. */
        ANSWERED_CHECK("fails its health check"),
        /** The node does not respond in time. */
        TIMED_OUT_CHECK("fails its health check"),
        EJECTED("ejected after errors or resets");

        private final String reason;

        Health(String reason) {
            this.reason = reason;
        }

        /** Why a gateway sends no requests to the node, as a short phrase; empty when it sends requests. */
        public String reason() {
            return reason;
        }

        /** Whether the gateway has assessed the node and sends it no requests. */
        public boolean failing() {
            return this == FAILED_CHECK
                    || this == BROKEN_CHECK
                    || this == UNTRUSTED_CHECK
                    || this == ANSWERED_CHECK
                    || this == TIMED_OUT_CHECK
                    || this == EJECTED;
        }
    }

    /** Whether the report is about the node with this IP address and S3 port. */
    public boolean isAt(String nodeAddress, int nodePort) {
        return port == nodePort && address.equals(nodeAddress);
    }
}
