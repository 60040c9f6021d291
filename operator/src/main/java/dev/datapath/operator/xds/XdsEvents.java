package dev.datapath.operator.xds;

/**
 * Told of everything that happens on streams, for metrics and logs. Called from delivery threads, in order for each
 * stream: implementations must return quickly. {@code dataPath} is a key ({@code namespace/name}), {@code gateway} Envoy's
 * {@code node.id}; both are bounded at 512 characters, but come from the gateway.
 */
public interface XdsEvents {
    /** Does nothing. */
    XdsEvents NONE = new XdsEvents() {};

    /** A gateway opened a stream and was admitted. */
    default void connected(String dataPath, String gateway) {}

    /** The stream of an admitted gateway ended; the reason is for people. */
    default void disconnected(String dataPath, String gateway, String reason) {}

    /** A stream was closed for a request: no node, an identity that does not match, or more than a bound. */
    default void refused(String reason) {}

    /** Work failed because of a defect, which is in the log. A failed stream is closed. */
    default void failed(String what) {}

    /** A response was handed to the transport. */
    default void sent(String dataPath, String gateway, ResourceType type, String version, int resources, int bytes) {}

    /** The gateway accepted a response. */
    default void acknowledged(String dataPath, String gateway, ResourceType type, String version) {}

    /** The gateway rejected a response; the message is clean and bounded. */
    default void rejected(String dataPath, String gateway, ResourceType type, String version, String message) {}
}
