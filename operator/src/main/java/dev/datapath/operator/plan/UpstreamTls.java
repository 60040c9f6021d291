package dev.datapath.operator.plan;

import org.jspecify.annotations.Nullable;

/**
 * TLS towards the store.
 *
 * @param serverName sent as SNI and required in the store's certificate; null sends none and checks the chain only
 * @param authorities who may have signed it; null trusts the operating system's authorities
 * @param clientCertificate what the gateway shows, or null
 */
public record UpstreamTls(
        @Nullable String serverName,
        @Nullable TrustBundle authorities,
        @Nullable Certificate clientCertificate) {}
