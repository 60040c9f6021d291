package dev.datapath.operator.xds;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import org.jspecify.annotations.Nullable;

/**
 * What a request may hold. Gateways are not trusted: what they send is checked before anything of it is stored, and it is
 * stored only in collections whose cost does not depend on hash codes.
 */
final class RequestLimits {
    /** For a request as a whole. Envoy's node, with the list of its extensions, has 61 KB. */
    static final int MAX_BYTES = 2 * 1024 * 1024;

    /** A gateway asks for one name per cluster, listener or certificate. */
    static final int MAX_NAMES = 16_384;

    /** Names are of namespace, object and rule; those of CA bundles hold all references of a pool. */
    static final int MAX_NAME_LENGTH = 4_096;

    /** {@code node.id} and {@code node.cluster}. */
    static final int MAX_NODE_LENGTH = 512;

    /** Versions and nonces are ours, with some dozen characters. */
    private static final int MAX_TOKEN_LENGTH = 256;

    private RequestLimits() {}

    /** What is too much about a request; null when nothing is. */
    static @Nullable String exceeded(DiscoveryRequest request) {
        if (request.getResourceNamesCount() > MAX_NAMES) {
            return "a request may ask for " + MAX_NAMES + " names";
        }
        for (var name : request.getResourceNamesList()) {
            if (name.length() > MAX_NAME_LENGTH) {
                return "a name in a request may have " + MAX_NAME_LENGTH + " characters";
            }
        }
        if (request.getVersionInfo().length() > MAX_TOKEN_LENGTH
                || request.getResponseNonce().length() > MAX_TOKEN_LENGTH) {
            return "version_info and response_nonce may have " + MAX_TOKEN_LENGTH + " characters";
        }
        if (request.getNode().getId().length() > MAX_NODE_LENGTH
                || request.getNode().getCluster().length() > MAX_NODE_LENGTH) {
            return "node.id and node.cluster may have " + MAX_NODE_LENGTH + " characters";
        }
        return null;
    }
}
