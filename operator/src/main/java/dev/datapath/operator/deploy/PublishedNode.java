package dev.datapath.operator.deploy;

/**
 * A node of a pool in published EndpointSlices.
 *
 * @param address IP address
 * @param port TCP port of its S3 service
 * @param zone its zone, or empty
 * @param state whether it should get requests
 */
public record PublishedNode(String address, int port, String zone, State state) {

    /** Whether a node should get requests. */
    public enum State {
        /** It gets requests. */
        Ready,
        /** It finishes current requests and gets no new ones. */
        Draining,
        /** It is unhealthy. */
        Down
    }
}
