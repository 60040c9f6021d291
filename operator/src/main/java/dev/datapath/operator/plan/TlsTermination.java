package dev.datapath.operator.plan;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * TLS with clients.
 *
 * @param certificates selected by the server name of the client (SNI); the first one when none matches
 * @param choices the certificates to present for each group of server names, the last choice for all other clients;
 *     empty when all clients get the same
 * @param minVersion lowest protocol version
 * @param clientCertificates verification of client certificates, or null for none
 */
public record TlsTermination(
        List<Certificate> certificates,
        List<Choice> choices,
        Version minVersion,
        @Nullable ClientCertificates clientCertificates) {

    public TlsTermination {
        certificates = List.copyOf(certificates);
        choices = List.copyOf(choices);
    }

    /** The certificates to present for a choice, the preferred one first. */
    public List<Certificate> certificates(Choice choice) {
        return choice.certificates().stream()
                .map(this::certificate)
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<Certificate> certificate(String id) {
        return certificates.stream()
                .filter(certificate -> certificate.id().equals(id))
                .findFirst();
    }

    /** TLS protocol versions. */
    public enum Version {
        TLS_1_2,
        TLS_1_3
    }

    /**
     * Server names for which the same certificates are presented.
     *
     * @param serverNames lower-case DNS names; {@code *.example.com} matches every name below {@code example.com} that
     *     has no choice of its own. Empty for clients that send no server name, or one without a choice
     * @param certificates ids, at most one for each key type; the selection depends on the key types that the client
     *     supports
     */
    public record Choice(List<String> serverNames, List<String> certificates) {
        public Choice {
            serverNames = List.copyOf(serverNames);
            certificates = List.copyOf(certificates);
        }
    }

    /**
     * Verification of client certificates.
     *
     * @param required whether a client without a certificate is rejected
     * @param authorities CAs whose certificates are accepted
     */
    public record ClientCertificates(boolean required, TrustBundle authorities) {}
}
