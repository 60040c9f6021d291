package dev.datapath.operator.xds;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rejection by a gateway.
 *
 * @param version the rejected version of the type
 * @param message Envoy's reason, one line of at most 512 characters without keys or certificates
 * @param resource the name of the resource when it was sent alone, which proves that it is invalid
 * @param usedBy for a secret, the names of the listeners that use it, sorted
 */
public record Rejection(
        String version, String message, @Nullable String resource, List<String> usedBy) {
    public Rejection {
        usedBy = List.copyOf(usedBy);
    }

    Rejection(String version, String message, @Nullable String resource) {
        this(version, message, resource, List.of());
    }

    Rejection usedBy(List<String> listeners) {
        return new Rejection(version, message, resource, listeners);
    }
}
