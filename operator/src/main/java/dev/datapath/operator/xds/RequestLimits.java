package dev.datapath.operator.xds;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import org.jspecify.annotations.Nullable;

/**
 * Limits of a request. Gateways are not trusted: requests are checked before any part of them is stored, and stored
 * only in collections whose cost does not depend on hash codes.
 */
final class RequestLimits {
    /** For a whole request. Envoy's node, with the list of its extensions, has 61 KB. */
    static final int MAX_BYTES = 2 * 1024 * 1024;

    /** A gateway requests one name per cluster, listener or certificate. */
    static final int MAX_NAMES = 16_384;

    /** Names consist of namespace, object and rule; those of CA bundles contain all references of a pool. */
    static final int MAX_NAME_LENGTH = 4_096;

    /** {@code node.id} and {@code node.cluster}. */
    static final int MAX_NODE_LENGTH = 512;

    /** Versions and nonces are created by the server and have several dozen characters. */
    private static final int MAX_TOKEN_LENGTH = 256;

    private RequestLimits() {}

    /** The exceeded limit of a request; null when there is none. */
    static @Nullable String exceeded(DiscoveryRequest request) {
        if (request.getResourceNamesCount() > MAX_NAMES) {
            return "a request may contain at most " + MAX_NAMES + " names";
        }
        for (var name : request.getResourceNamesList()) {
            if (name.length() > MAX_NAME_LENGTH) {
                return "a name in a request may have at most " + MAX_NAME_LENGTH + " characters";
            }
        }
        if (request.getVersionInfo().length() > MAX_TOKEN_LENGTH
                || request.getResponseNonce().length() > MAX_TOKEN_LENGTH) {
            return "version_info and response_nonce may have at most " + MAX_TOKEN_LENGTH + " characters";
        }
        if (request.getNode().getId().length() > MAX_NODE_LENGTH
                || request.getNode().getCluster().length() > MAX_NODE_LENGTH) {
            return "node.id and node.cluster may have at most " + MAX_NODE_LENGTH + " characters";
        }
        return null;
    }
}
