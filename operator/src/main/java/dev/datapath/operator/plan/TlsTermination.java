package dev.datapath.operator.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards clients.
 *
 * @param certificates chosen by the name the client asks for (SNI); the first one when none fits
 * @param minVersion lowest protocol version
 * @param clientCertificates what is asked of clients, or null for nothing
 */
public record TlsTermination(
        List<Certificate> certificates,
        Version minVersion,
        @Nullable ClientCertificates clientCertificates) {

    public TlsTermination {
        certificates = List.copyOf(certificates);
    }

    /** TLS protocol versions. */
    public enum Version {
        TLS_1_2,
        TLS_1_3
    }

    /**
     * Client certificates.
     *
     * @param required whether a client without one is refused
     * @param authorities whose certificates are accepted
     */
    public record ClientCertificates(boolean required, TrustBundle authorities) {}
}
