package dev.datapath.operator.deploy;

/**
 * A node of a pool, as others are told about it.
 *
 * @param address IP address
 * @param port TCP port of its S3 service
 * @param zone where it stands, or empty
 * @param state whether it should get requests
 */
public record PublishedNode(String address, int port, String zone, State state) {

    /** Whether a node should get requests. */
    public enum State {
        /** It should. */
        Ready,
        /** It finishes what it has and should get nothing new. */
        Draining,
        /** It is unhealthy. */
        Down
    }
}
