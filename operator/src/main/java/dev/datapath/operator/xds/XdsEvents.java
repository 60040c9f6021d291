package dev.datapath.operator.xds;

/**
 * Receives all events on streams, for metrics and logs. Called from delivery threads, in order for each stream:
 * implementations must return quickly. {@code dataPath} is a key ({@code namespace/name}), {@code gateway} is Envoy's
 * {@code node.id}; both have at most 512 characters, but are sent by the gateway.
 */
public interface XdsEvents {
    /** Ignores all events. */
    XdsEvents NONE = new XdsEvents() {};

    /** A gateway opened a stream and was admitted. */
    default void connected(String dataPath, String gateway) {}

    /** The stream of an admitted gateway ended; the reason is a message. */
    default void disconnected(String dataPath, String gateway, String reason) {}

    /** A stream was closed because of a request: no node, an identity that does not match, or an exceeded limit. */
    default void refused(String reason) {}

    /** Work failed because of a defect, which is logged. A failed stream is closed. */
    default void failed(String what) {}

    /** A response was passed to the transport. */
    default void sent(String dataPath, String gateway, ResourceType type, String version, int resources, int bytes) {}

    /** The gateway accepted a response. */
    default void acknowledged(String dataPath, String gateway, ResourceType type, String version) {}

    /** The gateway rejected a response; the message is sanitized and limited in length. */
    default void rejected(String dataPath, String gateway, ResourceType type, String version, String message) {}
}
