package dev.datapath.operator.plan;

import org.jspecify.annotations.Nullable;

/**
 * TLS with the store.
 *
 * @param serverName sent as SNI and required in the store's certificate; null sends none and verifies only the chain
 * @param authorities CAs that may have issued the store's certificate; null for the CAs of the operating system
 * @param clientCertificate the gateway's client certificate, or null
 */
public record UpstreamTls(
        @Nullable String serverName,
        @Nullable TrustBundle authorities,
        @Nullable Certificate clientCertificate) {}
