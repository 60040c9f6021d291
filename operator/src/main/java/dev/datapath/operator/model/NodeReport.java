package dev.datapath.operator.model;

/**
 * How one gateway sees one node.
 *
 * @param gateway the gateway's name
 * @param address IP address of the node
 * @param port its S3 port
 * @param health whether the gateway sends it requests
 * @param checkStatus the HTTP status that a health check was answered with when the node failed it; 0 when it is not known
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
        /** The node does not answer as a healthy one; the gateway does not say how. */
        FAILED_CHECK("fails its health check"),
        /** The node refuses or breaks off the connection, or does not speak HTTP. */
        BROKEN_CHECK("fails its health check"),
        /** As {@link #BROKEN_CHECK}, in a pool with nodes whose certificates the gateway does not accept. */
        UNTRUSTED_CHECK("fails its health check"),
        /** The node answers otherwise than a healthy one. */
        ANSWERED_CHECK("fails its health check"),
        /** The node does not answer in time. */
        TIMED_OUT_CHECK("fails its health check"),
        EJECTED("ejected after errors or resets");

        private final String reason;

        Health(String reason) {
            this.reason = reason;
        }

        /** Why a gateway sends the node nothing, in a few words; empty when it does. */
        public String reason() {
            return reason;
        }

        /** Whether the gateway has judged the node and sends it nothing. */
        public boolean failing() {
            return this == FAILED_CHECK
                    || this == BROKEN_CHECK
                    || this == UNTRUSTED_CHECK
                    || this == ANSWERED_CHECK
                    || this == TIMED_OUT_CHECK
                    || this == EJECTED;
        }
    }

    /** Whether it speaks of the node with this IP address and S3 port. */
    public boolean isAt(String nodeAddress, int nodePort) {
        return port == nodePort && address.equals(nodeAddress);
    }
}
