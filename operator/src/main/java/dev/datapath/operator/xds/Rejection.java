package dev.datapath.operator.xds;

import org.jspecify.annotations.Nullable;

/**
 * What a gateway refused.
 *
 * @param version the rejected version of the type
 * @param message Envoy's reason, one line of at most 512 characters without keys or certificates
 * @param resource the name of the resource when it was sent alone, so that it is certainly the bad one
 */
public record Rejection(
        String version, String message, @Nullable String resource) {}
